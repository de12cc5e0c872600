/// Text that is put between a page's tags or into its attributes: it can be nothing but text there.
enum HTMLText {
    /// Everything from hosts, files and people goes through here.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.shown.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// In the middle of a drawing, where text does not wrap.
    static func cut(_ text: String, to count: Int) -> String {
        let shown = text.shown
        return shown.count <= count ? shown : shown.prefix(max(count - 1, 1)) + "…"
    }
}
