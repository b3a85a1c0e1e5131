"""Settings of the pages with the form for requests, for this machine."""


def form_settings(*, public_port: int) -> dict[str, str]:
    """Return the settings that both desks need for their pages."""
    return {
        "PUBLIC_URL": f"http://127.0.0.1:{public_port}",
        "OFFICE_TELEPHONE": "202-555-0100",
        "OMB_NUMBER": "0000-0000",
        "OMB_EXPIRES": "2099-12-31",
        "OMB_MINUTES": "20",
    }
