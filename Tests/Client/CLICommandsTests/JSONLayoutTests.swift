import Foundation
import Testing

@testable import CLICommands

@Suite("JSON that is laid out")
struct JSONLayoutTests {
    private indirect enum Value: Encodable {
        case text(String)
        case number(Int)
        case none
        case list([Value])
        case object([String: Value])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            case .none: try container.encodeNil()
            case .list(let list): try container.encode(list)
            case .object(let object): try container.encode(object)
            }
        }

        static func random(_ depth: Int, _ generator: inout some RandomNumberGenerator) -> Value {
            let words = [
                "", "rack7/g1", "a \"quoted\" \\ text\n\t\u{1}", "[{\",:}]", "é漢字🖥", "\\", "\\\"",
                "a\u{9B}31m\u{202E}b\u{7F}", "\u{2028}\u{E0001}",
            ]
            switch Int.random(in: depth > 4 ? 0...2 : 0...6, using: &generator) {
            case 0: return .text(words.randomElement(using: &generator) ?? "")
            case 1: return .number(.random(in: -9...1 << 40, using: &generator))
            case 2: return .none
            case 3, 4:
                return .list((0..<Int.random(in: 0...3, using: &generator)).map { _ in random(depth + 1, &generator) })
            default:
                let keys = words.shuffled(using: &generator).prefix(Int.random(in: 0...3, using: &generator))
                return .object(Dictionary(uniqueKeysWithValues: keys.map { ($0, random(depth + 1, &generator)) }))
            }
        }
    }

    @Test("is what the encoder's own layout is, but for what a terminal would obey")
    func asEncoder() throws {
        var generator = SystemRandomNumberGenerator()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        for _ in 0..<500 {
            let value = Value.list([.random(0, &generator)])
            let theirs = String(decoding: try encoder.encode(value), as: UTF8.self)
            let expected = theirs.unicodeScalars.reduce(into: "") { text, scalar in
                switch scalar {
                case "\u{9B}": text += "\\u009b"
                case "\u{202E}": text += "\\u202e"
                case "\u{7F}": text += "\\u007f"
                case "\u{2028}": text += "\\u2028"
                case "\u{E0001}": text += "\\udb40\\udc01"
                default: text.unicodeScalars.append(scalar)
                }
            }
            #expect(try JSONText.pretty(value) == expected)
        }
    }
}
