import NestorTestKit
import Testing

@testable import YAMLDocument

@Suite("Writing YAML") struct YAMLEmitterTests {
    @Test("a tree is written as a person would write it")
    func style() {
        let tree = YAMLValue.fields([
            "policies": .sequence([
                .fields([
                    "name": .text("build hosts"), "mode": .text("off"), "description": nil, "priority": .int(10),
                    "selector": .fields(["paths": .texts(["rack7/*", "a: b"]), "all": .bool(false)]),
                ]),
                .sequence([.sequence([.null]), .text("")]),
            ]),
            "empty": .sequence([]),
        ])
        #expect(
            tree.yaml == """
                policies:
                  - name: build hosts
                    mode: "off"
                    priority: 10
                    selector:
                      paths:
                        - "rack7/*"
                        - "a: b"
                      all: false
                  - - - null
                    - ""
                empty: []

                """)
    }

    @Test(
        "text that could be taken for something else is quoted",
        arguments: [
            "", " ", "true", "Yes", "no", "N", "null", "~", "1", "0x1F", "1e3", "-", "- a", "a: b", "a #b", "#", "&a",
            "*a",
            "!a", "@", "`", "%", "|", ">", "{", "]", ",", "?", "'", "\"", "\\", "a\nb", "a\tb", " a", "a ",
            "\u{1B}[31m",
            "\u{FEFF}", "\u{2028}", "\u{85}", "\u{10FFFF}", "日本", "🙂", "---", "...", "=", "<<", "a:", "\r\n", "\u{0}",
        ])
    func quoting(text: String) throws {
        let tree = YAMLValue.fields(["k": .text(text)])
        #expect(try YAMLDocument.parse(tree.yaml, file: "f").plain == tree)
        let key = YAMLValue.mapping([YAMLPair(key: text, value: .sequence([.text(text)]))])
        #expect(try YAMLDocument.parse(key.yaml, file: "f").plain == key)
        #expect(!tree.yaml.contains("\u{1B}"))
    }

    @Test("long keys come back", arguments: [999, 1024, 5000])
    func longKeys(length: Int) throws {
        let pair = YAMLPair(key: String(repeating: "k", count: length), value: .fields(["a": .texts(["b"])]))
        let tree = YAMLValue.sequence([.mapping([pair])])
        #expect(try YAMLDocument.parse(tree.yaml, file: "f").plain == tree)
    }

    @Test("every tree comes back as it was")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<500 {
            let value = tree(depth: 4, &random)
            let back = Result { try YAMLDocument.parse(value.yaml, file: "f").plain }
            #expect((try? back.get()) == value, "seed \(seed), round \(round):\n\(value.yaml)")
        }
    }

    private func tree(depth: Int, _ random: inout SeededGenerator) -> YAMLValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int64.random(in: .min ... .max, using: &random))
        case 3: return .float(Double.random(in: -1e30...1e30, using: &random))
        case 4, 5: return .text(text(&random))
        case 6:
            return .sequence((0..<Int.random(in: 0..<4, using: &random)).map { _ in tree(depth: depth - 1, &random) })
        default:
            let keys = Set((0..<Int.random(in: 0..<4, using: &random)).map { _ in text(&random) })
            return .mapping(keys.sorted().map { YAMLPair(key: $0, value: tree(depth: depth - 1, &random)) })
        }
    }

    private func text(_ random: inout SeededGenerator) -> String {
        let alphabet = Array(
            "ab1 -:#?[]{},&*!|>'\"%@`~\\/._\n\t\r\u{0}\u{1B}\u{85}\u{2028}\u{FEFF}é日🙂e+x0".unicodeScalars)
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            text.append(alphabet.randomElement(using: &random) ?? "a")
        }
        return String(text)
    }
}
