"""The loopback ports of the works and the addresses made of them."""

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
OPCUA_PATH = "/arkwright/demo"


@dataclass(frozen=True, slots=True)
class Ports:
    """Loopback ports of the works; all on 127.0.0.1."""

    opcua: int
    mqtt: int
    mtconnect: int
    truth: int

    def urls(self) -> dict[str, str]:
        """Return the address of each connection by its name in the site folder."""
        return {
            "stations": f"opc.tcp://{HOST}:{self.opcua}{OPCUA_PATH}",
            "iron": f"sparkplug://{HOST}:{self.mqtt}",
            "machining": f"http://{HOST}:{self.mtconnect}",
        }

    def truth_url(self) -> str:
        """Return where the truth is served."""
        return f"http://{HOST}:{self.truth}/truth"


def free_ports() -> Ports:
    """Pick four ports of the loopback that nobody listens on."""
    probes = [socket.socket() for _ in range(4)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        opcua, mqtt, mtconnect, truth = (probe.getsockname()[1] for probe in probes)
        return Ports(opcua, mqtt, mtconnect, truth)
    finally:
        for probe in probes:
            probe.close()
