import FoundationEssentials
import Glibc

/// Where a command prints: colour only on a terminal, and never a control character that came from elsewhere.
struct Terminal: Sendable {
    let colour: Bool
    /// Whether a person can be asked.
    let isInteractive: Bool
    /// Whether what was told can be drawn over.
    let isLive: Bool

    init(environment: [String: String]) {
        colour = isatty(1) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        isInteractive = isatty(0) == 1 && isatty(2) == 1
        isLive = isatty(2) == 1 && environment["TERM", default: "dumb"] != "dumb"
    }

    /// Without a line's end.
    func put(_ text: String) { Self.write(text, to: 1) }
    func print(_ text: String) { Self.write(text + "\n", to: 1) }
    func tell(_ text: String) { Self.write(text + "\n", to: 2) }
    /// What moves the cursor, beside words.
    func draw(_ text: String) { Self.write(text, to: 2) }

    /// Of the terminal that is told things, in columns and rows.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// - Returns: nil at the end of input.
    func ask(_ question: String) -> String? {
        Self.write(question, to: 2)
        return readLine()
    }

    /// True for "y" and "yes" only.
    func confirm(_ question: String) -> Bool {
        ["y", "yes"].contains((ask("\(question) [y/N] ") ?? "").lowercased())
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { _ = write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    /// - Returns: false where nobody reads it, or the disk is full.
    @discardableResult
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    func paint(_ text: String, _ style: Style) -> String {
        colour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    enum Style: Int {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
    }
}

/// Text without control characters, fit for a terminal.
func plain(_ text: String) -> String {
    var clean = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: clean += "?"
        default: clean.unicodeScalars.append(scalar)
        }
    }
    return clean
}
