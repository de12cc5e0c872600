/// Text from outside as PowerShell's: in plain ASCII, since Windows PowerShell reads a script without a byte order mark
/// in the machine's own code page, in which parts of other letters are quotes; and since PowerShell takes typographic
/// quotes for quotes, too.
enum PowerShellText {
    /// One string, whatever it holds.
    static func quoted(_ text: String) -> String {
        "'" + ascii(text).replacing("'", with: "''") + "'"
    }

    /// What can't end its comment's line.
    static func ascii(_ text: String) -> String {
        plain(text).unicodeScalars.map { scalar in
            scalar.isASCII ? String(scalar) : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }.joined()
    }

    /// Whether a text is a word that neither PowerShell, nor how Windows passes arguments, nor a shell on the other side
    /// reads as anything else.
    static func isWord(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "-") else { return false }
        return text.utf8.allSatisfy { byte in
            switch Unicode.Scalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", ":", "%": true
            default: false
            }
        }
    }

    static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
    }
}
