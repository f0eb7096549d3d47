"""Bodies of HTML forms are read as they were meant, or refused with the reason."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlist.capture import charsets, html_forms, multipart
from hotlist.capture.html_forms import Sent, Unreadable

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
MOST = 65_536


def part(content: bytes, *headers: str, disposition: str = 'name="name"') -> bytes:
    said = [f"Content-Disposition: form-data; {disposition}", *headers]
    return "\r\n".join(said).encode() + b"\r\n\r\n" + content


def body(*parts: bytes, boundary: bytes = b"x") -> bytes:
    mark = b"--" + boundary
    return b"".join(mark + b"\r\n" + one + b"\r\n" for one in parts) + mark + b"--\r\n"


def read(raw: bytes, kind: str = MULTIPART) -> Sent:
    return html_forms.read(raw, kind, MOST)


def refused(raw: bytes, kind: str = MULTIPART) -> tuple[int, str]:
    with pytest.raises(Unreadable) as error:
        read(raw, kind)
    return error.value.status, error.value.reason


# --- multipart ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "boundary"),
    [
        (
            "multipart/form-data; boundary=----WebKitFormBoundaryAbC123",
            "----WebKitFormBoundaryAbC123",
        ),
        ('Multipart/Form-Data; BOUNDARY="a b:c"; charset=utf-8', "a b:c"),
        ("multipart/form-data; charset=utf-8; boundary=geckoformboundary1a", "geckoformboundary1a"),
        (f"multipart/form-data;boundary={'x' * 70}", "x" * 70),
    ],
)
def test_a_boundary_is_that_of_the_header(kind: str, boundary: str) -> None:
    raw = body(part("Zoë".encode()), part(b"", disposition='name="a"'), boundary=boundary.encode())
    assert read(raw, kind).fields == {"name": "Zoë", "a": ""}


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=ż",
        f"multipart/form-data; boundary={'x' * 71}",
    ],
)
def test_without_a_boundary_there_are_no_parts(kind: str) -> None:
    assert refused(body(part(b"Ada")), kind) == (
        400,
        "The Content-Type has no boundary of 1 to 70 characters; add it.",
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "does not end with its boundary"),
        (b"a=b", "does not end with its boundary"),
        (body(part(b"Ada"))[:-4], "does not end with its boundary"),
        (b"--x\r\nname", "headers of a part do not end"),
        (body(b"X: " + b"a" * 4096 + b"\r\n\r\nAda"), "headers of a part do not end"),
        (body(b"\r\n\r\nAda"), "header twice, or one without a colon"),
        (body(b"nonsense\r\n\r\nAda"), "header twice, or one without a colon"),
        (body(part(b"", 'Content-Disposition: form-data; name="b"')), "header twice"),
        (body(part(b"Ada", disposition="")), "no header Content-Disposition"),
        (body(b'Content-Disposition: attachment; name="a"\r\n\r\nA'), "no header Content-Disp"),
        (body(part(b"Ada", "Content-Transfer-Encoding: gzip")), "encoding that is not taken"),
        (body(part(b"A", "Content-Transfer-Encoding: base64")), "not in base64"),
        (body(*[part(b"")] * 301), "more than 300 fields"),
        (body(part(b"\xff")), "cannot be decoded"),
        (body(part(b"Ada", disposition='name="\xff"')).replace(b"\xc3\xbf", b"\xff"), "decoded"),
    ],
)
def test_what_is_no_form_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    status, said = refused(raw)
    assert status == 400
    assert reason in said


def test_as_many_fields_as_there_may_be_are_taken() -> None:
    assert read(body(*[part(b"1")] * 300)).fields == {"name": ["1"] * 300}
    assert read(b"&".join([b"name=1"] * 300), URLENCODED).fields == {"name": ["1"] * 300}
    assert refused(b"&".join([b"name=1"] * 301), URLENCODED)[0] == 400


def test_what_stands_around_the_parts_is_left_out() -> None:
    raw = b"This is a form.\r\n" + body(part(b"Ada")) + b"Goodbye --x\r\n"
    assert read(raw).fields == {"name": "Ada"}


@pytest.mark.parametrize("content", [b"", b"\r\n--xy", b"\r\n--x y\r\n", b"\r\n\r\n", b"\n--x--\n"])
def test_a_line_that_begins_like_a_boundary_is_none(content: bytes) -> None:
    assert read(body(part(content))).fields == {"name": content.decode()}


def test_blanks_may_follow_a_boundary() -> None:
    assert read(body(part(b"Ada")).replace(b"--x\r\n", b"--x \t\r\n", 1)).fields == {"name": "Ada"}


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('name="a%22b"', 'a"b'),
        (r'name="a\"b"', 'a"b'),
        ('name="a%0D%0Ab"', "a\r\nb"),
        ("name=a", "a"),
        ("NAME = a ", "a"),
        ('name="a;b=c"', "a;b=c"),
        ("name*=utf-8''%C4%85", "ą"),
        ('name="ą"', "ą"),
        ('name="a"; name="b"', "a"),
        ('name="', ""),
    ],
)
def test_names_are_those_of_the_form(disposition: str, name: str) -> None:
    assert read(body(part(b"Ada", disposition=disposition))).fields == {name: "Ada"}


@pytest.mark.parametrize(
    ("headers", "content", "text"),
    [
        (["Content-Type: text/plain; charset=iso-8859-2"], b"\xb1", "ą"),
        (["content-type: text/plain; charset=UTF-8"], "ą".encode(), "ą"),
        (["Content-Type: application/json"], b"{}", "{}"),
        (["Content-Type:text/plain;", "\tcharset=windows-1250"], b"\xb9", "ą"),
        (["Content-Transfer-Encoding: base64"], b"xIU=\r\n", "ą"),
        (["Content-Transfer-Encoding: Quoted-Printable"], b"=C4=85=\r\n!", "ą!"),
        (["Content-Transfer-Encoding: 8bit", "X-Whatever: 1"], "ą".encode(), "ą"),
    ],
)
def test_a_part_may_say_how_it_is_written(headers: list[str], content: bytes, text: str) -> None:
    assert read(body(part(content, *headers))).fields == {"name": text}


def test_a_charset_that_no_page_has_is_refused() -> None:
    assert refused(body(part(b"A", "Content-Type: text/plain; charset=utf-7")))[0] == 415
    assert refused(b"name=A", f"{URLENCODED}; charset=utf-7")[0] == 415


# --- files --------------------------------------------------------------------------------


def file(name: str, content: bytes = b"\x00\xff", field: str = "cv") -> bytes:
    disposition = f'name="{field}"; filename="{name}"'
    return part(content, "Content-Type: application/pdf", disposition=disposition)


def test_a_file_is_named_and_the_rest_is_read() -> None:
    sent = read(body(part(b"Ada"), file("Życiorys.pdf"), file("a.png"), file("b.pdf", field="d[]")))
    assert sent == ({"name": "Ada"}, {"cv": "Życiorys.pdf, a.png", "d": "b.pdf"})


def test_where_no_file_was_chosen_there_is_none() -> None:
    assert read(body(part(b"Ada"), file("", b""))) == ({"name": "Ada"}, {})


@pytest.mark.parametrize(
    "one",
    [
        part(b"\xff", "Content-Type: application/octet-stream", disposition='name="cv"'),
        part(b"--y--", "Content-Type: multipart/mixed; boundary=y", disposition='name="cv"'),
        part(b"\xff", disposition='name="cv"; filename=""'),
    ],
)
def test_a_file_may_have_no_name(one: bytes) -> None:
    assert read(body(part(b"Ada"), one)).files == {"cv": "a file without a name"}


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_a_file_of_any_size_takes_nothing_from_the_rest(size: int) -> None:
    sent = read(body(part(b"Ada"), file("cv.pdf", b"\r\n-" * (size // 3))))
    assert sent == ({"name": "Ada"}, {"cv": "cv.pdf"})


@pytest.mark.parametrize(("more", "is_taken"), [(0, True), (1, False)])
def test_all_but_files_has_64_kb(more: int, is_taken: bool) -> None:
    around = len(body(part(b""), file("cv.pdf", b"")))
    raw = body(part(b"a" * (MOST - around + more)), file("cv.pdf", b"\x00" * 100_000))
    if is_taken:
        assert read(raw).files == {"cv": "cv.pdf"}
    else:
        assert refused(raw) == (413, "The body is larger than 65536 bytes.")


# --- bombs --------------------------------------------------------------------------------

BOMBS = {
    "boundaries": b"\r\n--x" * 16_000,
    "blanks": (b"--x" + b" " * 1000) * 65,
    "closed": b"\r\n--x--" * 9_000,
    "parts": body(*[part(b"")] * 1000),
    "heads": b"--x\r\n" + b"a:" * 32_000,
    "quotes": body(*[part(b"", disposition='name="' + ';a="' * 1000)] * 15),
    "semicolons": body(*[part(b"", disposition="name=a" + ";" * 3900)] * 15),
    "folds": body(*[part(b"", "a:" + "\r\n " * 1300)] * 15),
    "escapes": body(*[part(b"", disposition='name="' + "\\" * 3900)] * 15),
    "references": body(part(b"&#1078;" * 9000, "Content-Type: text/plain; charset=iso-8859-2")),
}


@pytest.mark.parametrize("raw", BOMBS.values(), ids=BOMBS)
def test_no_body_costs_more_than_its_length_says(raw: bytes) -> None:
    began = time.process_time()
    with suppress(Unreadable):
        read(raw)
    assert time.process_time() - began < 0.5


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([b"--x", b"\r\n", b"--", b'name="a"', b": ", b";", b"Content-Disposition"])
        | st.sampled_from([b"form-data", b"filename=", b'"', b"\\", b"charset=", b"%"])
        | st.binary(max_size=4),
        max_size=40,
    ),
    st.sampled_from([MULTIPART, URLENCODED, f"{URLENCODED}; charset=gbk"]) | st.text(max_size=30),
)
def test_any_bytes_are_read_or_refused(pieces: list[bytes], kind: str) -> None:
    with suppress(Unreadable):
        sent = read(b"".join(pieces), kind)
        assert all(isinstance(name, str) for name in (*sent.fields, *sent.files))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.binary()), max_size=6))
def test_whatever_is_sent_in_parts_comes_back(pairs: list[tuple[str, bytes]]) -> None:
    raw = body(
        *(part(content, disposition=f'name="{name}"') for name, content in pairs),
        boundary=b"never-in-it",
    )
    kind = "multipart/form-data; boundary=never-in-it"
    found = [(one.name.decode(), one.content) for one in multipart.read(raw, kind, 300)]
    assert found == pairs


# --- urlencoded and charsets --------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=1&&a=2&", {"a": ["1", "2"]}),
        (b"a", {"a": ""}),
        (b"=1", {"": "1"}),
        (b"a=x+y%2Bz%3D=", {"a": "x y+z=="}),
        (b"a=%zz%", {"a": "%zz%"}),
        ("a=żółw".encode(), {"a": "żółw"}),
        (b"a%5B%5D=1&a[0]=2", {"a": ["1", "2"]}),
        (b"_charset_=UTF-8&a=1", {"a": "1"}),
        (b"", {}),
    ],
)
def test_urlencoded_fields_are_those_of_the_form(raw: bytes, fields: dict[str, object]) -> None:
    assert read(raw, URLENCODED) == (fields, {})


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        (b"a=%B9%BF", "windows-1250", "ąż"),
        (b"a=%B1%BF", '"ISO-8859-2"', "ąż"),
        (b"a=%80", "iso-8859-1", "€"),
        (b"a=%A1%FE", "gb2312", "〓"),
        (b"a=%C4%85", "utf-16", "ą"),
        (b"a=%26%231078%3B+%26%2338%3B", "windows-1250", "ж &#38;"),
        (b"a=%26%23261%3B", "windows-1250", "&#261;"),
        (b"a=%26%2355296%3B%26%239999999%3B", "windows-1250", "&#55296;&#9999999;"),
        (b"a=%26%231078%3B", "utf-8", "&#1078;"),
    ],
)
def test_a_declared_charset_is_that_of_the_fields(raw: bytes, charset: str, text: str) -> None:
    assert read(raw, f"{URLENCODED}; charset={charset}").fields == {"a": text}
    bare = charset.strip('"').encode()
    assert read(b"_charset_=" + bare + b"&" + raw, URLENCODED).fields == {"a": text}


@pytest.mark.parametrize("named", [b"", b"nonsense", b"utf-7", b"\xff", b"_charset_"])
def test_a_hidden_field_that_names_no_charset_says_nothing(named: bytes) -> None:
    assert read(b"_charset_=" + named + b"&a=%C4%85", URLENCODED).fields == {"a": "ą"}


def test_a_browser_names_the_charset_of_parts_too() -> None:
    raw = body(
        part(b"windows-1250", disposition='name="_charset_"'), part(b"\xb9"), file("a\xb9.pdf")
    )
    raw = raw.replace(b"a\xc2\xb9", b"a\xb9")
    assert read(raw) == ({"name": "ą"}, {"cv": "aą.pdf"})


def test_a_form_that_is_in_no_charset_is_told_what_to_add() -> None:
    status, reason = refused(b"a=%B9", URLENCODED)
    assert status == 400
    assert 'accept-charset="utf-8"' in reason


def test_labels_are_those_of_web_pages() -> None:
    assert charsets.codec_of(" Windows-1250 ") == "cp1250"
    wrong = (
        "iso-8859-99 iso-8859-12 iso-8859-2-i latin99 windows-1259 hex idna utf-7 rot13 l".split()
    )
    found = {one: charsets.codec_of(one) for one in (*wrong, "", "utf-8\n\nx", "iso-8859-٢")}
    assert found == dict.fromkeys(found)


LABELS = {
    "utf-8": "utf8 UTF-16 utf-16le unicode-1-1-utf-8 csunicode",
    "cp1252": "iso-8859-1 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 csisolatin1 "
    "ascii us-ascii ansi_x3.4-1968 ibm819 x-cp1252 cp1252 windows-1252",
    "cp1254": "iso-8859-9 iso_8859-9:1989 latin5 l5 csisolatin5 x-cp1254",
    "iso8859-2": "iso_8859-2 iso8859-2 iso88592 iso_8859-2:1987 l2 latin2 latin-2 csisolatin2 "
    "iso-ir-101",
    "iso8859-6": "csiso88596e csiso88596i iso-8859-6-e iso-8859-6-i arabic",
    "iso8859-8": "csiso88598e csiso88598i iso-8859-8-e iso-8859-8-i logical visual hebrew",
    "iso8859-10": "l6 latin6 csisolatin6 iso885910",
    "iso8859-15": "l9 csisolatin9 iso_8859-15 iso885915",
    "cp874": "dos-874 iso-8859-11 iso885911 tis-620 windows-874",
    "cp1250": "x-cp1250 cp1250",
    "mac-roman": "macintosh mac x-mac-roman",
    "cp932": "sjis x-sjis shift-jis ms_kanji windows-31j",
    "cp949": "ks_c_5601-1987 korean windows-949 euc-kr",
    "gb18030": "gbk x-gbk chinese gb_2312-80",
    "big5hkscs": "big5 cn-big5 x-x-big5",
}


@pytest.mark.parametrize("codec", LABELS)
def test_every_label_of_the_standard_is_known(codec: str) -> None:
    labels = LABELS[codec].split()
    assert {one: charsets.codec_of(one) for one in labels} == dict.fromkeys(labels, codec)


def test_every_codec_is_one_of_python() -> None:
    for codec in {*charsets._ISO.values(), *charsets._OTHERS}:
        assert charsets.decoded(b"a", codec) == "a"


@pytest.mark.parametrize("codec", ["1250", "1252", "1254", "1257", "1258", "874"])
def test_a_byte_that_windows_leaves_empty_is_the_control_that_browsers_read(codec: str) -> None:
    kind = f"{URLENCODED}; charset=windows-{codec}"
    assert read(b"a=x%81y%90z", kind).fields == {"a": "x\x81y\x90z"}


def test_a_byte_that_is_no_control_is_in_no_charset() -> None:
    assert refused(b"a=%D2", f"{URLENCODED}; charset=windows-1253")[0] == 400
    assert refused(b"a=%81", URLENCODED)[0] == 400
