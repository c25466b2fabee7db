"""USPS International: the same answers and words as `usps`, asked for by another service."""

from typing import Final

from connectors.carrier.usps import usps
from connectors.tracking.source import tracking_source

VENDOR: Final = usps("usps_international")
SOURCE: Final = tracking_source(VENDOR, __doc__)
