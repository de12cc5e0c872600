/// How PowerShell splits a script into code, comments and strings, as its language specification says (2.3.5.2): single
/// quotes are ' and U+2018 to U+201B, double quotes " and U+201C to U+201E, a doubled quote is itself, a backtick escapes
/// in code and in double quotes, and a comment begins with # at the begin of a word and ends with its line.
struct PowerShellReading {
    enum Fault: Error { case unterminated(String) }

    /// The script without its comments, with `''` for each single-quoted string.
    private(set) var code = ""
    /// Brackets that are open at the end, or were never.
    private(set) var brackets: [Character] = []
    private(set) var isBalanced = true

    private static let single: Set<Unicode.Scalar> = ["'", "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}"]
    private static let double: Set<Unicode.Scalar> = ["\"", "\u{201C}", "\u{201D}", "\u{201E}"]
    private static let pairs: [Character: Character] = [")": "(", "]": "[", "}": "{"]

    init(_ text: String) throws {
        let scalars = Array(text.unicodeScalars)
        var place = 0
        while place < scalars.count {
            let scalar = scalars[place]
            if Self.single.contains(scalar) {
                place = try Self.end(of: Self.single, in: scalars, from: place + 1, escape: false)
                code += "''"
            } else if Self.double.contains(scalar) {
                let end = try Self.end(of: Self.double, in: scalars, from: place + 1, escape: true)
                code.unicodeScalars.append(contentsOf: scalars[place..<end])
                place = end
            } else if scalar == "#", place == 0 || " \n({;|=,".unicodeScalars.contains(scalars[place - 1]) {
                while place < scalars.count, scalars[place] != "\n" { place += 1 }
            } else {
                if scalar == "`" { place += 1 }
                code.unicodeScalars.append(scalar)
                take(Character(scalar))
                place += 1
            }
        }
        isBalanced = isBalanced && brackets.isEmpty
    }

    private mutating func take(_ character: Character) {
        if "([{".contains(character) { brackets.append(character) }
        guard let opening = Self.pairs[character] else { return }
        if brackets.popLast() != opening { isBalanced = false }
    }

    private static func end(
        of quotes: Set<Unicode.Scalar>, in scalars: [Unicode.Scalar], from start: Int, escape: Bool
    ) throws -> Int {
        var place = start
        while place < scalars.count {
            if escape, scalars[place] == "`" {
                place += 2
            } else if quotes.contains(scalars[place]) {
                guard place + 1 < scalars.count, quotes.contains(scalars[place + 1]) else { return place + 1 }
                place += 2
            } else {
                place += 1
            }
        }
        throw Fault.unterminated(String(String.UnicodeScalarView(scalars[start...].prefix(40))))
    }
}
