import Testing

@testable import HumanText

@Suite("Text for people") struct HumanTextTests {
    @Test(
        "what could act on a terminal or deceive a reader is escaped",
        arguments: [
            ("plain ä 日本 🙂", "plain ä 日本 🙂"),
            ("\u{1B}[2J", "\\u{1B}[2J"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{9B}31m", "\\u{9B}31m"),
            ("\u{202E}gnp.exe", "\\u{202E}gnp.exe"),
            ("a\u{200B}b\u{2028}\u{7F}\u{0}", "a\\u{200B}b\\u{2028}\\u{7F}\\u{0}"),
        ])
    func escaping(text: String, shown: String) {
        #expect(ShownText.escaped(text) == shown)
    }

    @Test(
        "a time zone's name says for ever when its clocks change",
        arguments: [
            ("Europe/Berlin", true), ("America/Argentina/Buenos_Aires", true), ("UTC", true), ("Etc/UTC", true),
            ("CET", false), ("EST", false), ("GMT+5", false), ("Etc/GMT+5", false), ("", false),
        ])
    func zones(name: String, isFit: Bool) {
        #expect(ZoneName.isFit(name) == isFit)
    }

    @Test("what is shown is bounded, also where one character is made of thousands")
    func bounded() {
        #expect(ShownText.escaped(String(repeating: "x", count: 100_000), limit: 5) == "xxxxx…")
        let stacked = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(ShownText.quoted(stacked, limit: 10).unicodeScalars.count == 13)
    }

    @Test(
        "the nearest name is found, or none",
        arguments: [
            ("exposrue", "exposure"), ("mod", "mode"), ("MODE", "mode"), ("prioritty", "priority"),
            ("expo", "exposure"),
            ("label", "labels"), ("guest", nil), ("", nil), ("x", nil), (String(repeating: "m", count: 100_000), nil),
        ] as [(String, String?)])
    func nearest(typed: String, expected: String?) {
        #expect(NearestName.find(typed, among: ["mode", "exposure", "priority", "labels"]) == expected)
    }

    @Test(
        "sizes need a whole number and a unit",
        arguments: [
            ("4GiB", 4 << 30), ("512 MiB", 512 << 20), ("4096MiB", 4 << 30), ("1GB", 1_000_000_000), ("0B", 0),
            ("8191PiB", nil), ("4", nil), ("4 gib", nil), ("4G", nil), ("-1GiB", nil), ("1.5GiB", nil), ("", nil),
            ("GiB", nil), ("4  GiB", nil), ("9223372036854775807GiB", nil), ("99999999999999999999B", nil),
            ("4GiB ", nil), ("٤GiB", nil),
        ] as [(String, Int64?)])
    func sizes(text: String, bytes: Int64?) {
        #expect(ByteSize.parse(text) == bytes)
    }

    @Test("a size is read back from its text", arguments: [0, 1, 1023, 1024, 1536 << 20, 4 << 30, Int64.max])
    func sizeText(bytes: Int64) {
        #expect(ByteSize.parse(ByteSize.text(bytes)) == bytes)
    }

    @Test(
        "lengths of time need a whole number and a unit",
        arguments: [
            ("90s", .seconds(90)), ("5m", .seconds(300)), ("1h", .seconds(3600)), ("2d", .seconds(172_800)),
            ("250ms", .milliseconds(250)), ("90", nil), ("-5m", nil), ("1h30m", nil), ("5M", nil), ("", nil),
            ("9223372036854775807d", nil),
        ] as [(String, Duration?)])
    func durations(text: String, duration: Duration?) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(
        "a length of time is shown in its largest whole unit",
        arguments: [
            (.seconds(90), "90s"), (.seconds(300), "5m"), (.zero, "0s"), (.milliseconds(1500), "1500ms"),
            (.seconds(86_400), "1d"),
        ] as [(Duration, String)])
    func durationText(duration: Duration, text: String) {
        #expect(DurationText.text(duration) == text)
        #expect(DurationText.parse(text) == duration)
    }
}
