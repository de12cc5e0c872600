import FoundationEssentials

/// A list as JSON that is printed as it comes, page by page: a whole fleet's need not fit into memory.
struct JSONList {
    private let terminal: Terminal
    private let begin: String
    private let end: String
    private var isEmpty = true

    /// - Parameters:
    ///   - begin: what stands before the list, where it is part of an object.
    ///   - end: what closes that object.
    init(_ terminal: Terminal, begin: String = "", end: String = "") {
        self.terminal = terminal
        self.begin = begin
        self.end = end
    }

    mutating func add(_ elements: [some Encodable]) throws(CLIFailure) {
        for element in elements {
            do {
                terminal.put("\(separator)\n\(try JSONText.pretty(element))")
            } catch {
                throw CLIFailure(ExitCode.failed, "the answer cannot be written as JSON: \(error)")
            }
            isEmpty = false
        }
    }

    /// - Parameter document: an element as JSON.
    mutating func add(document: ArraySlice<UInt8>) {
        // At once, since half a million elements are as many calls otherwise.
        var text = Array("\(separator)\n".utf8)
        document.withUnsafeBytes { JSONLayout.append($0, to: &text) }
        text.withUnsafeBytes { _ = Terminal.write($0, to: 1) }
        isEmpty = false
    }

    func close() { terminal.print("\(isEmpty ? separator : "")\n]\(end)") }

    /// Nothing goes out before there is an answer: a refusal is a JSON text of its own.
    private var separator: String { isEmpty ? "\(begin)[" : "," }
}
