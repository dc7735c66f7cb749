"""Open a secured session with an OPC UA server, by steps that each have a time-out."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncua import ua as _ua
from asyncua.client.client import Client
from asyncua.crypto import security_policies

from arkwright.connect.reach import split_address, take_setting
from arkwright.core.errors import SourceError
from arkwright.core.plant import Connection

# asyncua declares its generated types as aliases that no plain int or str satisfies.
ua: Any = _ua

POLICIES = ("None", "Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
MODES = ("SignAndEncrypt", "Sign")
CERTIFICATE_DAYS = 3650  # a new certificate must be trusted by hand at the server: not every year
PORT = 4840


@dataclass(frozen=True)
class Settings:
    """How a server is spoken to.

    ``timeout_s`` [s] of each request, ``publish_ms`` [ms] between messages, ``sampling_ms`` [ms] between
    samples at the server (0: every change), ``queue`` values kept there for each signal between two messages,
    ``session_s`` [s] that the server keeps a session and its messages after a cut.
    """

    user: str = ""
    password: str = ""
    security: str = "None"
    mode: str = "SignAndEncrypt"
    certificate_folder: str = ""
    timeout_s: float = 4.0
    publish_ms: float = 100.0
    sampling_ms: float = 0.0
    queue: int = 100
    session_s: float = 60.0
    browse_root: str = ""
    browse_depth: int = 12
    browse_limit: int = 5000


def read_settings(connection: Connection) -> Settings:
    """Read the settings of a connection.

    Raises
    ------
    SourceError
        If one is of the wrong kind or not among the legal values.
    """
    plain = Settings()
    given = {name: take_setting(connection, name, getattr(plain, name)) for name in vars(plain)}
    settings = Settings(**given)
    for name, legal in (("security", POLICIES), ("mode", MODES)):
        if given[name] not in legal:
            raise SourceError(
                f"setting '{name}' is '{given[name]}'", wanted=", ".join(legal), where=connection.name
            )
    if settings.queue < 50:
        # With a queue of 1, 5 % of 10,000 values a second were lost at the server without a word (measured).
        raise SourceError(f"setting 'queue' is {settings.queue}", wanted="50 or more", where=connection.name)
    if settings.security != "None" and not settings.certificate_folder:
        raise SourceError(
            f"security '{settings.security}' without 'certificate_folder'",
            where=connection.name,
            fix="Name a folder for our certificate; it is made at the first connection.",
        )
    return settings


@dataclass(frozen=True)
class Ticket:
    """What a cut session is taken up again with: the server's token and what our signature covers."""

    token: Any
    nonce: bytes | None
    policies: list[Any]
    peer_certificate: Any


def keep_ticket(client: Client) -> Ticket:
    """Return the ticket of a client's session, to be used after the cut."""
    session = client.uaclient.session
    return Ticket(
        session.authentication_token,
        client._server_nonce,
        client._policy_ids,
        client.security_policy.peer_certificate,
    )


async def open_client(
    connection: Connection, settings: Settings, ticket: Ticket | None = None
) -> tuple[Client, bool]:
    """Open channel and session with a fresh client; say whether the old session was taken up again.

    Raises
    ------
    SourceError
        If the server refuses; says why and what to do.
    """
    client = await prepare_client(connection, settings)
    try:
        # The library's own connect may hang for ever after packet loss: nothing here waits without a limit.
        async with asyncio.timeout(5 * settings.timeout_s):
            await client.connect_socket()
            await client.send_hello()
            await client.open_secure_channel()
            resumed = ticket is not None and await _resume(client, settings, ticket)
            if not resumed:
                await client.create_session()
                await _activate(client, settings)
    except BaseException as error:
        client.disconnect_socket()
        if isinstance(error, ua.UaError):
            raise explain(error, connection, settings) from error
        raise
    return client, resumed


async def prepare_client(connection: Connection, settings: Settings) -> Client:
    """Make a client with security set up, not yet connected.

    Raises
    ------
    SourceError
        If the server has no such endpoint, or shows another certificate than the trusted one.
    """
    host, port = split_address(connection, PORT)
    url = (
        connection.url if f":{port}" in connection.url else connection.url.replace(host, f"{host}:{port}", 1)
    )
    client = Client(url, timeout=settings.timeout_s)
    client.name = client.description = "Arkwright"
    client.application_uri = f"urn:{socket.gethostname()}:arkwright"
    client.product_uri = "urn:arkwright"
    client.session_timeout = int(settings.session_s * 1000)
    if settings.user:
        client.set_user(settings.user)
        client.set_password(settings.password)
    if settings.security != "None":
        await _secure(client, connection, settings)
    return client


async def _secure(client: Client, connection: Connection, settings: Settings) -> None:
    folder = Path(settings.certificate_folder)
    certificate, key = await asyncio.to_thread(make_certificate, folder, client.application_uri)
    policy: Any = getattr(security_policies, f"SecurityPolicy{settings.security}")
    mode = ua.MessageSecurityMode[settings.mode]
    try:
        async with asyncio.timeout(3 * settings.timeout_s):
            endpoints = await client.connect_and_get_server_endpoints()
        found = client.find_endpoint(endpoints, mode, policy.URI)
        _trust(found.ServerCertificate, folder, connection)
        await client.set_security(
            policy, certificate, key, server_certificate=found.ServerCertificate, mode=mode
        )
    except ua.UaStatusCodeError as error:
        raise explain(error, connection, settings) from error
    except ua.UaError as error:
        offered = sorted(
            {f"{e.SecurityPolicyUri.rpartition('#')[2]} {e.SecurityMode.name}" for e in endpoints}
        )
        raise SourceError(
            f"no endpoint with {settings.security} {settings.mode}",
            wanted=f"one of {', '.join(offered)}",
            where=connection.name,
        ) from error


def make_certificate(folder: Path, application_uri: str) -> tuple[Path, Path]:
    """Return our certificate and key, made and self-signed if they are not there.

    Parameters
    ----------
    folder
        Where they are kept; made if it is not there.
    application_uri
        Name of this application, written into the certificate.

    Returns
    -------
    certificate
        Path of the certificate, DER.
    key
        Path of the private key, PEM, readable by its owner only.
    """
    from asyncua.crypto import cert_gen
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import ExtendedKeyUsageOID

    certificate, key = folder / "arkwright.der", folder / "arkwright.key.pem"
    if certificate.exists() and key.exists():
        return certificate, key
    folder.mkdir(parents=True, exist_ok=True)
    secret = cert_gen.generate_private_key()
    names = [x509.UniformResourceIdentifier(application_uri), x509.DNSName(socket.gethostname())]
    made = cert_gen.generate_self_signed_app_certificate(
        secret, application_uri, {}, names, [ExtendedKeyUsageOID.CLIENT_AUTH], days=CERTIFICATE_DAYS
    )
    key.touch(mode=0o600)
    key.write_bytes(cert_gen.dump_private_key_as_pem(secret))
    certificate.write_bytes(made.public_bytes(Encoding.DER))
    return certificate, key


def _trust(shown: bytes, folder: Path, connection: Connection) -> None:
    """Trust a server's certificate at first sight, and only that one from then on."""
    host, port = split_address(connection, PORT)
    kept = folder / "trusted" / f"{host}_{port}.der".replace(":", "_")
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(shown)
    elif kept.read_bytes() != shown:
        raise SourceError(
            "the server shows another certificate than the trusted one",
            where=connection.name,
            fix=f"If the server was renewed, remove {kept.name} from the folder 'trusted' and connect again.",
        )


async def _activate(client: Client, settings: Settings) -> None:
    if settings.user:
        await client.activate_session(username=settings.user, password=settings.password)
    else:
        await client.activate_session()


async def _resume(client: Client, settings: Settings, ticket: Ticket) -> bool:
    session, policy = client.uaclient.session, client.security_policy
    session.restore_authentication_token(ticket.token)
    client._server_nonce, client._policy_ids = ticket.nonce, ticket.policies  # type: ignore[assignment]
    fresh, policy.peer_certificate = policy.peer_certificate, ticket.peer_certificate
    try:
        await _activate(client, settings)
    except ua.UaStatusCodeError:
        session.reset_authentication_token()
        client._server_nonce, policy.peer_certificate = None, fresh
        return False
    return True


async def keep_channel(client: Client) -> None:
    """Renew the channel's security token before it runs out, until cancelled."""
    while True:
        # Three quarters of its life: OPC 10000-4, 5.5.2.1.
        await asyncio.sleep(0.75 * client.secure_channel_timeout / 1000)
        await client.open_secure_channel(renew=True)
        client.uaclient.revolve_security_token()


async def close_client(client: Client, timeout_s: float, *, delete_subscriptions: bool = True) -> None:
    """Say goodbye if the server listens, and close the socket in any case.

    Parameters
    ----------
    client
        The client to close.
    timeout_s
        Longest wait for the server's answer. [s]
    delete_subscriptions
        Whether the server shall end our subscriptions, or keep them for a later session.
    """
    try:
        async with asyncio.timeout(timeout_s):
            await client.uaclient.close_session(delete_subscriptions)
            await client.close_secure_channel()
    except (OSError, ua.UaError):
        pass
    finally:
        client.disconnect_socket()


def explain(error: Exception, connection: Connection, settings: Settings) -> SourceError:
    """Turn an error of the library into one that says what to do."""
    name = type(error).__name__
    user = f"The server refuses user '{settings.user or 'anonymous'}': check user and password."
    trust = "Let the server trust 'arkwright.der' of the certificate folder."
    fixes = {
        "BadUserAccessDenied": user,
        "BadIdentityTokenRejected": user,
        "BadIdentityTokenInvalid": "The server wants another kind of user: set 'user' and 'password'.",
        "BadCertificateUntrusted": trust,
        "BadSecurityChecksFailed": trust,
        "BadTooManySessions": "The server has no session left: close other clients, or raise its limit.",
        "BadSecurityPolicyRejected": "The server refuses this policy: run diagnose to see what it offers.",
    }
    return SourceError(f"{name}: {error}", where=connection.name, fix=fixes.get(name, ""))
