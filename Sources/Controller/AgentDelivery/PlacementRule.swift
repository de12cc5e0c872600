/// What may be named as a place of the agent's: it becomes a part of shell commands, of authorized_keys and of units,
/// and later names what is taken away.
package enum PlacementRule {
    /// A folder that the agent fills: anything absolute but the root of all.
    package static func check(folder path: String, option: String) throws(DeliveryFailure) {
        try check(path: path, option: option)
        let names = path.split(separator: "/")
        guard !names.isEmpty, !names.contains("."), !names.contains("..") else {
            throw refusal(option, path, "is no folder of the agent's own")
        }
    }

    /// A file or socket that is there already.
    package static func check(path: String, option: String) throws(DeliveryFailure) {
        guard path.hasPrefix("/") else { throw refusal(option, path, "does not begin with '/'") }
        try checkCharacters(path, option: option)
    }

    /// Where a path may also be told from the login's home.
    package static func checkCharacters(_ path: String, option: String) throws(DeliveryFailure) {
        guard !path.isEmpty else { throw refusal(option, path, "is empty") }
        guard path.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw refusal(option, path, "holds control characters")
        }
    }

    private static func refusal(_ option: String, _ path: String, _ fault: String) -> DeliveryFailure {
        let shown = String(
            String.UnicodeScalarView(
                path.unicodeScalars.prefix(200).map { $0.properties.generalCategory == .control ? "?" : $0 }))
        return DeliveryFailure(
            "placement-invalid", "\(option) '\(shown)' \(fault)",
            remedy: "name an absolute path, as /var/lib/nestor-agent, or leave it out")
    }
}
