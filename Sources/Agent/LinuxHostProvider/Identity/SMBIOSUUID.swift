import NestingModel

/// A system UUID as firmware gives it, which is not always one.
enum SMBIOSUUID {
    /// Lower case; unknown where the text is none, or is one that a maker put into every machine.
    static func parse(_ text: String, of place: String) -> Fact<String> {
        let uuid = text.lowercased()
        guard isWellFormed(uuid) else {
            return .unknown("\(place) holds \"\(HostText.quoted(text))\", which is no UUID")
        }
        let digits = Set(uuid.filter { $0 != "-" })
        guard digits.count > 1, !bogus.contains(uuid), !digits.isSubset(of: ["f", "e"]) else {
            return .unknown("\(place) holds \(uuid), which makers put into many machines")
        }
        return .known(uuid)
    }

    static func isWellFormed(_ uuid: String) -> Bool {
        let parts = uuid.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } }
    }

    /// Placeholders of firmware makers, in both byte orders.
    private static let bogus: Set<String> = [
        "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc", "78563412-3412-7856-90ab-cddeefaabbcc",
        "12345678-1234-1234-1234-123456789abc", "00000000-0000-0000-0000-000000000001",
        "01020304-0506-0708-090a-0b0c0d0e0f10", "11223344-5566-7788-99aa-bbccddeeff00",
    ]
}
