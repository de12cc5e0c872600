import FleetDocuments
import Foundation
import NestingModel
import NestingPolicy
import Testing

/// The annotated examples in Config are what the readers take.
@Suite struct ExampleTests {
    static let config = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config")

    static func text(_ name: String) throws -> DocumentText {
        DocumentText(name: name, text: try String(contentsOf: config.appending(path: name), encoding: .utf8))
    }

    static func policyFiles() throws -> [DocumentText] {
        try FileManager.default.contentsOfDirectory(atPath: config.appending(path: "policies").path).sorted()
            .filter { $0.hasSuffix(".yaml") }.map { try text("policies/\($0)") }
    }

    @Test("The example policies and the example fleet are accepted together")
    func examples() throws {
        // A year before the example's exemption ends, whatever the day of the test is.
        let time = try #require(MomentText.parse("2026-10-01T00:00Z"))
        let book = try PolicyDocument.read(
            try Self.policyFiles(), roots: ["rack7"],
            exemptions: ExemptionBounds(now: time.date, longest: 366 * 86_400))
        #expect((book.policies.count, book.exemptions.count) == (4, 1))
        #expect(try FleetDocument.read([Self.text("fleet.yaml")]).count == 2)
    }

    @Test("The example expectations hold")
    func expectations() throws {
        let tests = try ExpectationDocument.read([Self.text("policies/tests/builders.yaml")]) {
            (name, beside) throws(UnreadableText) in
            let folder = Self.config.appending(path: beside).deletingLastPathComponent()
            guard let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8) else {
                throw UnreadableText("it is not there")
            }
            return DocumentText(name: name, text: text)
        }
        #expect(tests.count == 3)
        for test in tests { #expect(test.differences() == [], "\(test.place)") }
    }
}
