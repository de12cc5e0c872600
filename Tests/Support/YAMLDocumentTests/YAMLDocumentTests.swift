import NestorTestKit
import Testing

@testable import YAMLDocument

/// The faults of a text, one line each.
func faults(_ text: String, limits: YAMLLimits = YAMLLimits()) -> [String] {
    do throws(YAMLFaults) {
        _ = try YAMLDocument.parse(text, file: "f", limits: limits)
        return []
    } catch {
        return error.faults.map(\.description)
    }
}

@Suite("Parsing YAML") struct YAMLDocumentTests {
    @Test("every value and key knows its line and its column in characters")
    func places() throws {
        let root = try YAMLDocument.parse("# äö\nhosts:\n  - name: \"rack7\"\n    ä: [1, x]\n", file: "fleet.yaml")
        guard case .sequence(let hosts)? = root["hosts"]?.content, case .mapping(let entries) = hosts[0].content,
            case .sequence(let items) = entries[1].value.content
        else {
            Issue.record("another shape: \(root)")
            return
        }
        #expect(root.place.description == "fleet.yaml:2:1")
        #expect(entries[0].keyPlace.description == "fleet.yaml:3:5")
        #expect(entries[0].value.place.description == "fleet.yaml:3:11")
        #expect(items[1].place.description == "fleet.yaml:4:12")
    }

    @Test(
        "plain scalars mean what the core schema says, and words of YAML 1.1 stay text",
        arguments: [
            ("true", .bool(true)), ("false", .bool(false)), ("yes", .text), ("off", .text), ("True", .text),
            ("12", .int(12)), ("-7", .int(-7)), ("+7", .int(7)), ("007", .int(7)), ("0x1F", .int(31)),
            ("0o17", .int(15)),
            ("0x", .text), ("0x-1", .text), ("1.5", .float(1.5)), ("1e3", .float(1000)), (".5", .float(0.5)),
            (".inf", .float(.infinity)), ("-.inf", .float(-.infinity)), ("9223372036854775808", .float(0x1p63)),
            ("1_000", .text), ("4GiB", .text), ("2026-11-24", .text), ("1-2", .text), ("-", .text), ("0b1", .text),
            ("nan", .text), ("inf", .text), ("~", .null), ("null", .null), ("", .null), ("NULL", .null),
        ] as [(String, YAMLScalar.Resolved)])
    func resolving(text: String, resolved: YAMLScalar.Resolved) {
        #expect(YAMLScalar(text: text, wasQuoted: false).resolved == resolved)
        #expect(YAMLScalar(text: text, wasQuoted: true).resolved == .text)
    }

    @Test("quotes and block scalars make text", arguments: ["'1'", "\"1\"", "|-\n  1", ">-\n  1"])
    func quoting(text: String) throws {
        #expect(try YAMLDocument.parse("a: " + text, file: "f")["a"]?.plain == .text("1"))
    }

    @Test("an empty file is nothing", arguments: ["", "# a comment\n", "---\n", "\u{FEFF}"])
    func empty(text: String) throws {
        #expect(try YAMLDocument.parse(text, file: "f").isNull)
    }

    @Test(
        "what is refused says where, what and what to do",
        arguments: [
            ("a: 1\nb: 2\na: 3\n", "f:3:1: key \"a\" is already given in line 1; keep one of them"),
            ("a: &x 1\n", "f:1:4: an anchor (&) names this value, and anchors are not used here; leave it out"),
            ("a: *x\n", "f:1:4: an alias (*) stands here, and aliases are not used here; write the value out"),
            ("a: !!str 1\n", "f:1:4: a tag (!) stands before this value, and tags are not used here; leave it out"),
            ("%YAML 1.1\n---\na: 1\n", "f:1:1: a line begins with %, and directives are not used here; leave it out"),
            ("a: 50%\n...\n%TAG ! x\n", "f:3:1: a line begins with %, and directives are not used here; leave it out"),
            ("a: 1\n---\nb: 1\n", "f:2:1: a second document begins here; keep one document in the file"),
            ("? [a]\n: 1\n", "f:1:3: a mapping's key is a list; write text before the colon"),
            ("a:\n\tb: 1\n", "f:2:1: a tab stands where spaces are needed; indent with spaces"),
            ("ä:\n  b: 1\n\tc: 1\n", "f:3:1: a tab stands where spaces are needed; indent with spaces"),
            (
                "a: @b\n",
                "f:1:4: no valid YAML: found character that cannot start any token while scanning for the next token;"
                    + " put the text in quotes"
            ),
            (
                "a: b: c\n",
                "f:1:5: no valid YAML: mapping values are not allowed in this context;"
                    + " put text that contains \": \" in quotes, or check the indentation"
            ),
            (
                "a: \"b\n",
                "f:2:1: no valid YAML: found unexpected end of stream while scanning a quoted scalar;"
                    + " close the quote or the bracket"
            ),
            (
                "ok: 1\nä: \u{1B}[31m\n",
                "f:2:4: no valid YAML: control characters are not allowed;"
                    + " take the character out, or write it as an escape in double quotes"
            ),
            (
                "\"\\e[31m\": 1\n\"\\e[31m\": 2\n",
                "f:2:1: key \"\\u{1B}[31m\" is already given in line 1; keep one of them"
            ),
        ])
    func refusals(text: String, fault: String) {
        #expect(faults(text) == [fault])
    }

    @Test(
        "wrong UTF-8 is refused at its place", arguments: [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0xAF]])
    func encoding(bytes: [UInt8]) {
        let thrown = #expect(throws: YAMLFaults.self) {
            try YAMLDocument.parse(Array("a: 1\nä: ".utf8) + bytes, file: "f")
        }
        #expect(thrown?.faults.map { [$0.line, $0.column] } == [[2, 4]])
        #expect(thrown?.faults.first?.sentence == "the file is no valid UTF-8")
    }

    @Test("UTF-16 is refused, not guessed")
    func utf16() {
        #expect(throws: YAMLFaults.self) { try YAMLDocument.parse([0xFF, 0xFE, 0x61, 0], file: "f") }
    }

    @Test("all faults come at once, in the file's order, also those before one of syntax")
    func allAtOnce() {
        let found = faults("a: &x 1\na: *x\nb:\n  c: !t 1\n  c: 2\nd: [\n")
        #expect(found.map { $0.prefix(5) } == ["f:1:4", "f:2:1", "f:2:4", "f:4:6", "f:5:3", "f:7:1"])
    }

    @Test("many faults are counted, and the first hundred kept")
    func manyFaults() {
        let thrown = #expect(throws: YAMLFaults.self) {
            try YAMLDocument.parse(String(repeating: "a: 1\n", count: 1001), file: "f")
        }
        #expect(thrown?.faults.count == 100 && thrown?.more == 900)
        #expect(thrown?.description.hasSuffix("\nand 900 more") == true)
    }

    @Test(
        "duplicates are found in mappings of every length", arguments: [1, 15, 16, 17, 1000])
    func duplicates(count: Int) {
        let text = (0..<count).map { "k\($0): 1\n" }.joined()
        #expect(faults(text).isEmpty)
        #expect(faults(text + "k\(count - 1): 2\n").count == 1)
        #expect(faults(text + "k0: 2\n").count == 1)
    }

    @Test(
        "what exceeds a limit is refused, and what just meets it is not",
        arguments: [
            (YAMLLimits(bytes: 10), "a: 1234567", "a: 12345678", "the file has 11 bytes, which is more than 10"),
            (YAMLLimits(depth: 3), "[[a]]", "[[[a]]]", "values are nested more than 3 deep"),
            (YAMLLimits(nodes: 3), "[a, b]", "[a, b, c]", "the file has more than 3 values"),
            (YAMLLimits(scalar: 3), "[abc]", "[abcd]", "the value has 4 bytes, which is more than 3"),
        ])
    func limits(limits: YAMLLimits, good: String, bad: String, sentence: String) {
        #expect(faults(good, limits: limits).isEmpty)
        #expect(faults(bad, limits: limits).contains { $0.contains(sentence) })
    }

    /// Texts by name: a test prints its arguments.
    private static let shapes: [String: String] = [
        "brackets": String(repeating: "[", count: 200_000),
        "braces": String(repeating: "{a: ", count: 200_000),
        "dashes": String(repeating: "- ", count: 200_000),
        "question marks": String(repeating: "? ", count: 200_000),
        "stairs": (0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        "a long value": "a: " + String(repeating: "x", count: 10 << 20),
        "a long value of escapes": "a: \"" + String(repeating: "\\e", count: 5 << 20) + "\"",
        "a long key": String(repeating: "k", count: 10 << 20) + ": 1",
        "directives": (0..<200_000).map { "%TAG !a\($0)! b\n" }.joined() + "--- a\n",
        "directives behind odd line breaks": "#\u{2028}" + (0..<200_000).map { "%TAG !a\($0)! b\u{2028}" }.joined(),
        "a long tag": "!" + String(repeating: "t", count: 1 << 20) + " a",
    ]

    @Test("hostile shapes are refused with a short list", arguments: shapes.keys.sorted())
    func hostile(shape: String) {
        let found = faults(Self.shapes[shape] ?? "")
        #expect(!found.isEmpty && found.joined().utf8.count < 50_000)
    }

    @Test("mangled text of every kind gives a tree or faults without control characters")
    func mangled() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let text = Array("policies:\n  - name: \"a\\e\"\n    mode: [audit, {x: *y}]\n    t: |\n      z\n".utf8)
        for _ in 0..<2000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(contentsOf: bytes[index...].prefix(9), at: index)
                default: bytes.removeSubrange(index..<min(index + 3, bytes.count))
                }
                if bytes.isEmpty { bytes = text }
            }
            do throws(YAMLFaults) {
                _ = try YAMLDocument.parse(bytes, file: "f")
            } catch {
                let raw = error.faults.contains { $0.description.unicodeScalars.contains { $0.value < 32 } }
                #expect(!raw, "seed \(seed)")
            }
        }
    }
}
