import NestingModel

/// os-release(5): shell-like assignments, the last of a name wins.
enum OSRelease {
    /// What a person calls the system: PRETTY_NAME, or NAME with VERSION.
    static func name(in text: String, of place: String) -> Fact<String> {
        let values = assignments(in: text)
        if let pretty = values["PRETTY_NAME"], !pretty.isEmpty {
            return HostText.value(pretty, of: "PRETTY_NAME in \(place)")
        }
        guard let name = values["NAME"], !name.isEmpty else { return .unknown("\(place) names no system") }
        let version = values["VERSION"] ?? values["VERSION_ID"] ?? ""
        return HostText.value(version.isEmpty ? name : "\(name) \(version)", of: "NAME in \(place)")
    }

    static func assignments(in text: String) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let line = HostText.trim(line)
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "="), values.count < 256 else { continue }
            values[String(line[..<equals])] = unquoted(line[line.index(after: equals)...])
        }
        return values
    }

    /// Quotes and backslashes as a shell reads them, without substitutions.
    static func unquoted(_ text: Substring) -> String {
        var result = ""
        var quote: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            switch (character, quote) {
            case ("'", "'"?), ("\"", "\""?): quote = nil
            case ("'", nil), ("\"", nil): quote = character
            case ("\\", nil): if let next = rest.popFirst() { result.append(next) }
            case ("\\", "\""?):
                if let next = rest.first, "$`\"\\".contains(next) {
                    result.append(next)
                    rest.removeFirst()
                } else {
                    result.append(character)
                }
            // Outside of quotes a blank ends the value.
            case (" ", nil), ("\t", nil): return result
            default: result.append(character)
            }
        }
        return result
    }
}
