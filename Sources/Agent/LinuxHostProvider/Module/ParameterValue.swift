/// A module parameter's value as the kernel reads it.
enum ParameterValue {
    /// kstrtobool's words, by their first letters; nil for what it refuses.
    static func bool(_ text: String) -> Bool? {
        let letters = Array(text.lowercased().prefix(2))
        switch letters.first {
        case "y", "t", "1": return true
        case "n", "f", "0": return false
        case "o": return letters.count < 2 ? nil : letters[1] == "n" ? true : letters[1] == "f" ? false : nil
        default: return nil
        }
    }

    /// An int parameter taken as a switch; nil for what kstrtoint refuses.
    static func integer(_ text: String) -> Bool? {
        var digits = text[...]
        if let sign = digits.first, sign == "-" || sign == "+" { digits = digits.dropFirst() }
        let hexadecimal = digits.lowercased().hasPrefix("0x")
        let octal = !hexadecimal && digits.count > 1 && digits.hasPrefix("0")
        let body = hexadecimal ? digits.dropFirst(2) : digits
        guard body.first?.isHexDigit == true else { return nil }
        return Int32(body, radix: hexadecimal ? 16 : octal ? 8 : 10).map { $0 != 0 }
    }
}
