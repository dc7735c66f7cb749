"""What to do about a finding: jobs drafted from findings, pure."""
