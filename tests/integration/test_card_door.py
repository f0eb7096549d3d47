from integration.stages.card import Browser, Card, link


def test_first(card: Card, browser: Browser) -> None:
    lead = card.lead("ada@example.org", phone="+48600100200")
    at = link(subject=lead)
    page = browser.ask(at)
    print(page)
    print(browser.mail(at)["body"])
    print(card.letters())
    object.__setattr__(card.app.door.sales, "card_access", "link")
    page = browser.ask(at)
    print(page["body"][:300], page["statusCode"])
    page = browser.ask(link("lists"))
    print(page["body"][-9000:])
    print(browser.ask(at + "?vcard"))
    assert 0
