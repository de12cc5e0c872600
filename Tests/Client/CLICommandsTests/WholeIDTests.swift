import Testing

@testable import CLICommands

@Suite("An id as people type it")
struct WholeIDTests {
    static let ids = ["4f1c00aa", "4f1d00bb", "9900cc11"]

    @Test(
        "is meant by its beginning, or by last",
        arguments: [("4f1c", "4f1c00aa"), ("9", "9900cc11"), ("4f1d00bb", "4f1d00bb"), ("last", "4f1c00aa")])
    func meant(_ word: String, _ id: String) throws {
        #expect(try wholeID(word, of: "remediation", among: Self.ids) == id)
    }

    @Test(
        "is refused where it means none or several, with what to do",
        arguments: [
            ("4f1", ExitCode.usage, "4f1c00aa"), ("ff", ExitCode.failed, "nestor change list"),
            ("", ExitCode.failed, "nestor change list"),
        ])
    func refused(_ word: String, _ code: Int32, _ remedy: String) {
        let failure = #expect(throws: CLIFailure.self) { try wholeID(word, of: "change request", among: Self.ids) }
        #expect(failure?.exitCode == code && failure?.remedy.contains(remedy) == true, "\(String(describing: failure))")
    }

    @Test("last means nothing where there is none yet")
    func none() {
        let failure = #expect(throws: CLIFailure.self) { try wholeID("last", of: "remediation", among: []) }
        #expect(failure?.sentence == "there is no remediation yet")
    }
}
