"""The demo works: a small simulated plant that speaks real OPC UA, Sparkplug B and MTConnect on loopback.

The physics (``physics``) is pure and seeded; ``timeline`` says what goes wrong and when; ``serve`` runs one
area's server in its own process; ``plant`` starts and stops them all; ``folder`` writes the site folder a
user of such a works would write.
"""
