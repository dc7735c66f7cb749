"""UNECE codes of the units that the works writes, as OPC UA wants them."""

CEFACT_URI = "http://www.opcfoundation.org/UA/units/un/cefact"

CODES: dict[str, str] = {
    "rpm": "RPM", "m3/h": "MQH", "kp/cm2": "E42", "mbar": "MBR", "kW": "KWT", "A": "AMP", "degC": "CEL",
    "mm/s": "C16", "g": "K40", "Nm": "NU", "V": "VLT", "l/min": "L2",
}  # fmt: skip
"""Unit to common code, UNECE Recommendation 20."""


def unit_id(code: str) -> int:
    """Pack a common code into the integer of an EUInformation.

    Parameters
    ----------
    code
        Two or three letters or digits.

    Returns
    -------
    unit_id
        The characters as bytes of one integer, the last in the lowest byte (OPC 10000-8, 5.6.3.3). [1]
    """
    return int.from_bytes(code.encode("ascii"), "big")
