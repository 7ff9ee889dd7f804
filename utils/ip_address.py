"""The part of an IP address that stands for one client."""

from ipaddress import IPv6Address, IPv6Network, ip_address

IPV6_PREFIX = 64


def network_of(address: str) -> str:
    """Return the address without a port; of IPv6 its network /64, which one household has.

    Text that is no address, which a proxy may report, is returned as it is.
    """
    try:
        ip = ip_address(_without_port(address))
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(IPv6Network((int(ip), IPV6_PREFIX), strict=False))


def _without_port(address: str) -> str:
    # Some proxies report the port too: 203.0.113.1:4711 or [2001:db8::1]:4711.
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
