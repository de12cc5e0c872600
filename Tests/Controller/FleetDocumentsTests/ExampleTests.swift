import FleetDocuments
import Foundation
import Testing

/// The annotated examples in Config are what the readers take.
@Suite struct ExampleTests {
    private static let config = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config")

    private static func text(_ name: String) throws -> DocumentText {
        DocumentText(name: name, text: try String(contentsOf: config.appending(path: name), encoding: .utf8))
    }

    @Test("The example policies and the example fleet are accepted together")
    func examples() throws {
        let folder = Self.config.appending(path: "policies")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let policies = try PolicyDocument.read(names.map { try Self.text("policies/\($0)") }, roots: ["rack7"])
        #expect(policies.count == 3)
        #expect(try FleetDocument.read([Self.text("fleet.yaml")]).count == 2)
        #expect(try ReportDocument.read([Self.text("reports.yaml")]).count == 2)
    }
}
