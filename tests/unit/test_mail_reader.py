"""What a reader of a mail finds in it, and presses on the page of its link."""

from email.message import EmailMessage

import pytest
from pytest_socket import enable_socket, socket_allow_hosts

from hotlist_cli.local.mail_reader import CONFIRM, REWARD, Given, leads_in, links_in, pressed
from hotlist_cli.local.serving import Reply, Request, Server

PAGE = (
    b'<h1>Here it is</h1><form method="post"><input type="hidden" name="asked" value="17">'
    b'<button name="do" value="claim">Get it</button><button name="do" value="other">No</button>'
)


def test_the_links_of_a_mail_are_told_by_what_they_do() -> None:
    mime = EmailMessage()
    mime.set_content(
        "Get it:\r\nhttps://api.example.com/d/A-b_9\r\n"
        "http://127.0.0.1:80/confirm/x\r\nSee https://api.example.com/d/in-a-sentence.\r\n"
    )
    assert links_in(mime, REWARD) == ["https://api.example.com/d/A-b_9"]
    assert links_in(mime, CONFIRM) == ["http://127.0.0.1:80/confirm/x"]
    assert links_in(mime, "o") == []


def test_a_mail_to_sales_has_two_links_for_each_lead() -> None:
    mime, api = EmailMessage(), "https://api.example.com"
    mime.set_content(
        f"Ada, 90\n  Answer: {api}/answers/A-1\n  Card: {api}/leads/C_1\n\n"
        f"Ben, 80\n  Answer: {api}/answers/A-2\n  Card: {api}/leads/C_2\n\n{api}/lists/L\n"
    )
    assert leads_in(mime) == [
        (f"{api}/answers/A-1", f"{api}/leads/C_1"),
        (f"{api}/answers/A-2", f"{api}/leads/C_2"),
    ]


@pytest.fixture
def loopback() -> None:
    enable_socket()
    socket_allow_hosts(["127.0.0.1"])


def read(page: bytes, asked: list[Request]) -> Given:
    """What the first button gives on such a page, by a shop that notes what it is asked."""

    def answer(request: Request) -> Reply:
        asked.append(request)
        if request.method == "POST":
            return Reply(303, headers={"Location": "/file"})
        if request.path == "/file":
            named = {"Content-Disposition": 'attachment; filename="Guide.pdf"'}
            return Reply(body=b"%PDF", headers=named)
        return Reply(body=page, content_type="text/html")

    with Server("shop", answer) as shop:
        return pressed(f"{shop.url}/d/x", "Reader/1.0")


@pytest.mark.usefixtures("loopback")
def test_the_first_button_is_pressed_with_what_the_page_says() -> None:
    asked: list[Request] = []
    given = read(PAGE, asked)
    assert (given.name, given.body) == ("Guide.pdf", b"%PDF")
    assert [(one.method, one.path) for one in asked] == [
        ("GET", "/d/x"),
        ("POST", "/d/x"),
        ("GET", "/file"),
    ]
    assert asked[1].body == b"asked=17&do=claim"
    assert {one.headers["user-agent"] for one in asked} == {"Reader/1.0"}


@pytest.mark.usefixtures("loopback")
def test_a_page_without_a_button_is_not_posted_to() -> None:
    asked: list[Request] = []
    with pytest.raises(ValueError, match="no button"):
        read(b"<h1>Done</h1>", asked)
    assert [one.method for one in asked] == ["GET"]


def test_a_page_is_called_by_its_heading() -> None:
    assert Given(None, "<h1>Łąka &amp; las</h1>".encode()).title == "Łąka & las"
