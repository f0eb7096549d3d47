"""Whom a client of AWS trusts: Amazon's own five root certificates, where these are enough.

To read a bundle costs 1.7 million instructions a certificate, for each new connection. botocore's
has more than a hundred. The build takes the five from certifi's bundle
(`cli/hotlist_cli/roots.py`). They are for AWS alone: a call to anybody else has the whole bundle.
If AWS shows a certificate of another authority, the client goes on with the whole bundle.
"""

import os
import ssl
import threading
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.exceptions import SSLError, UnknownRegionError
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from botocore.utils import get_environ_proxies

from hotlist.runtime import metrics

ROOTS: Final = os.path.join(os.path.dirname(__file__), "amazon.pem")  # noqa: PTH118, PTH120
"""In the layer the build puts it here. Elsewhere there is none."""
_AMAZONS: Final = (".amazonaws.com", ".api.aws")
_TRIED_AGAIN: Final = "hotlist_tried_again"


def amazons_roots(session: Session) -> str | None:
    """The file of Amazon's roots; None where botocore is to choose the bundle itself.

    Whoever names a bundle (`AWS_CA_BUNDLE`, or `REQUESTS_CA_BUNDLE`, which botocore takes too) gets
    that one. Of China, GovCloud and the other partitions AWS promises nothing about their roots.
    """
    if session.get_config_variable("ca_bundle") or "REQUESTS_CA_BUNDLE" in os.environ:
        return None
    region = session.get_config_variable("region")
    try:
        partition = session.get_partition_for_region(region) if region else None
    except UnknownRegionError:
        return None
    return ROOTS if partition == "aws" and os.path.exists(ROOTS) else None  # noqa: PTH110


def is_anybody_elses(url: str) -> bool:
    """Whether a client that reads certificates calls another than AWS: a configured endpoint."""
    address = urlsplit(url)
    return address.scheme == "https" and not (address.hostname or "").endswith(_AMAZONS)


def fall_back(client: Any, namespace: str) -> None:
    """Let a client go on with the whole bundle from its first certificate error on.

    The call that met it is tried again, at once and once: nothing had been sent. Each fall back is
    one more of the metric `UnknownRoot`.
    """
    service = client.meta.service_model.service_id.hyphenize()
    config, lock = client.meta.config, threading.Lock()
    fallen: list[datetime] = []

    def again(caught_exception: Any, endpoint: Any, request_dict: Any, **_: Any) -> int | None:
        """The seconds to wait before another attempt, or None for botocore to decide."""
        context = request_dict["context"]
        if not _is_about_a_certificate(caught_exception) or _TRIED_AGAIN in context:
            return None
        context[_TRIED_AGAIN] = True
        with lock:
            if not fallen:
                fallen.append(datetime.now(UTC))
                endpoint.http_session = URLLib3Session(
                    timeout=(config.connect_timeout, config.read_timeout),
                    max_pool_connections=config.max_pool_connections,
                    proxies=get_environ_proxies(client.meta.endpoint_url),
                )
                line = metrics.count(namespace, "UnknownRoot", fallen[0], None, aws=service)
                print(line)  # noqa: T201 - Lambda's log
        return 0

    client.meta.events.register_first(f"needs-retry.{service}", again)


def _is_about_a_certificate(error: Any) -> bool:
    """Whether a call failed because nobody who is trusted vouches for a certificate."""
    if not isinstance(error, SSLError):
        return False
    (why, *_) = getattr(error.kwargs["error"], "args", ()) or (None,)
    return isinstance(why, ssl.SSLCertVerificationError)
