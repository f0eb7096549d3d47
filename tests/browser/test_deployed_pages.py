"""The sample page, and what the deployed stack answers to its forms, as axe-core and people see it.

With HOTLIST_SHOTS=<folder> each page is drawn into that folder, at both widths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browser.sample import SAMPLES, Sample, press, visit, write
from browser.visitor import Look, refuse
from e2e.api import somebody
from hotlist_cli.local.stack import Stack

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_sample_page_its_errors_and_its_thanks(
    browser: Browser, stack: Stack, look: Look, language: str
) -> None:
    samples = [sample for sample in SAMPLES if sample.language == language]
    with visit(browser, stack, samples[0], bypass_csp=True) as page:
        look(page, f"{language}-page")
        refuse(page)
        for sample in samples:
            write(sample.on(page), {**sample.right(somebody()), **sample.wrong})
            press(sample.on(page))
            sample.on(page).locator(".hotlist-error").first.wait_for()
        look(page, f"{language}-errors")
        for sample in samples:
            write(sample.on(page), sample.right(somebody()))
            press(sample.on(page))
            sample.thanks(page).wait_for()
        look(page, f"{language}-thanks")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.language}-{s.name}")
def test_the_pages_that_answer_a_form_without_script(
    browser: Browser, stack: Stack, look: Look, sample: Sample
) -> None:
    with visit(browser, stack, sample, without="hotlist.js", bypass_csp=True) as page:
        write(sample.on(page), {**sample.right(somebody()), **sample.wrong})
        press(sample.on(page))
        page.locator("#faults").wait_for()
        look(page, f"{sample.language}-{sample.name}-plain-errors")
        write(page.locator("form"), sample.right(somebody()))
        press(page.locator("form"))
        page.locator(f"h1:has-text('{sample.words['page_thanks_title']}')").wait_for()
        look(page, f"{sample.language}-{sample.name}-plain-thanks")
