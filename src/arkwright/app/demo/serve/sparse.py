"""The part of the OPC UA base information model that a small works needs.

Building all 6,000 standard nodes takes asyncua several seconds of CPU and 60 MB. Types, the server object and
the folders are enough for clients to connect, browse, read and subscribe; what is left out are the encodings,
methods and components of types no node here is an instance of.
"""

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asyncua import ua as _ua
from asyncua.server.internal_server import InternalServer

# asyncua declares its generated types as aliases that no plain int or str satisfies.
ua: Any = _ua

SERVER_OBJECT, BASE_EVENT_TYPE = 2253, 2041
INSTANCES = frozenset({ua.NodeClass.Object, ua.NodeClass.Variable})
ROOTS = frozenset({84, 85, 86, 87, 88, 89, 90, 91, 3048, SERVER_OBJECT, BASE_EVENT_TYPE})
"""Root, Objects, Types, Views, the folders of types and of events, OPC 10000-6 Annex A."""
USED_TYPES = frozenset({58, 61, 62, 63, 68, 2365, 2368, 17497, 884, 887, *range(1, 32)})
"""BaseObject, Folder, BaseVariable, BaseDataVariable, Property, DataItem, AnalogItem, AnalogUnit; Range,
EUInformation and the built-in data types."""


class SparseServer(InternalServer):
    """An internal server whose standard address space holds only what a client of the works asks for."""

    async def load_standard_address_space(self, shelf_file: Path | None = None) -> None:
        """Build the types, the folders and the server object; ``shelf_file`` is not used."""
        del shelf_file
        from asyncua.server.standard_address_space import standard_address_space_services as generated

        sieve = _Sieve()
        # Tens of thousands of objects that all survive: the collector would only walk them in vain.
        gc.disable()
        try:
            generated.create_standard_address_space_Services(sieve)
            sieve.settle(self.node_mgt_service)
        finally:
            gc.enable()


class _Sieve:
    """Stands in for the node service while the generated code runs, and keeps the nodes that are wanted."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.references: list[Any] = []

    def add_nodes(self, nodes: Sequence[Any]) -> None:
        self.nodes += nodes

    def add_references(self, references: Sequence[Any]) -> None:
        self.references += references

    def settle(self, service: Any) -> None:
        """Add the wanted nodes, parents first, and the references both of whose ends are there."""
        kept = self._wanted()
        waiting = [n for n in self.nodes if n.RequestedNewNodeId.Identifier in kept]
        # A node is refused until its parent and type are there: a few rounds reach every level of the tree.
        while waiting:
            refused = list(service.try_add_nodes(waiting, check=False))
            if len(refused) == len(waiting):
                break
            waiting = refused
        there = {n.RequestedNewNodeId.Identifier for n in self.nodes} & kept
        ends = [r for r in self.references if {r.SourceNodeId.Identifier, r.TargetNodeId.Identifier} <= there]
        list(service.try_add_references(ends))

    def _wanted(self) -> set[int]:
        """Name the parts of the server object and the base event, and all that they and our nodes rest on."""
        by_id = {n.RequestedNewNodeId.Identifier: n for n in self.nodes}
        below: dict[int, list[int]] = {}
        for key, node in by_id.items():
            if node.NodeClass != ua.NodeClass.Method:
                below.setdefault(node.ParentNodeId.Identifier, []).append(key)
        wanted: set[int] = set()
        queue = [*ROOTS, *USED_TYPES]
        queue += [key for key, node in by_id.items() if node.NodeClass == ua.NodeClass.ReferenceType]
        while queue:
            key = queue.pop()
            if key in wanted or key not in by_id:
                continue
            wanted.add(key)
            queue += _rests_on(by_id[key])
            if by_id[key].NodeClass in INSTANCES or key == BASE_EVENT_TYPE:
                queue += below.get(key, []) if _is_below_server(by_id, key) else []
        return wanted


def _rests_on(node: Any) -> list[int]:
    """Parent, type and data type of a node."""
    data_type = getattr(node.NodeAttributes, "DataType", None)
    return [n.Identifier for n in (node.ParentNodeId, node.TypeDefinition, data_type) if n is not None]


def _is_below_server(by_id: dict[int, Any], key: int) -> bool:
    """Say whether a node is the server object, the base event, or one of their parts."""
    while key in by_id:
        if key in (SERVER_OBJECT, BASE_EVENT_TYPE):
            return True
        key = by_id[key].ParentNodeId.Identifier
    return False
