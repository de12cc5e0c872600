import FleetDocuments
import Foundation
import Testing
import YAMLDocument

@Suite("The published schema of report files")
struct ReportFileSchemaTests {
    private let schema: SchemaCheck

    init() throws {
        schema = try SchemaCheck(ReportFileSchema.json)
    }

    private func tree(_ text: String) throws -> YAMLValue { try YAMLDocument.parse(text, file: "f").plain }

    @Test("is the file in Config, byte for byte")
    func published() throws {
        try SchemaCheck.isPublished(ReportFileSchema.json, "report-file-1", by: "ReportFileSchemaTests")
    }

    @Test("takes the example in Config, and refuses a key that is not known")
    func example() throws {
        let example = try tree(try ExampleTests.text("reports.yaml").text)
        #expect(schema.faults(example) == [])
        let wrong = example.withOneMore("colour")
        #expect(wrong.count > 10)
        for wrong in wrong { #expect(schema.faults(wrong) != [], "\(wrong.yaml)") }
    }

    private static let plain = "name: r, select: {all: true}"
    private static let every = "\(plain), schedule: {every: 6h}"

    /// The reader's own tests have the same ones.
    @Test(
        "refuses and takes what the reader does",
        arguments: [
            ("reports: []", true), ("{}", false), ("reports: [{\(every)}]", true),
            ("reports: [{\(plain), schedule: {cron: '0 7 * * mon', time-zone: Europe/Berlin}}]", true),
            ("reports: [{\(plain), schedule: {}}]", false),
            ("reports: [{\(plain), schedule: {cron: '@daily', every: 6h}}]", false),
            ("reports: [{\(plain), schedule: {every: 6h, time-zone: UTC}}]", false),
            ("reports: [{\(plain), schedule: {every: 6}}]", false),
            ("reports: [{name: .r, select: {all: true}, schedule: {every: 6h}}]", false),
            ("reports: [{\(every), formats: [pdf]}]", false), ("reports: [{\(every), formats: [html, csv]}]", true),
            ("reports: [{\(every), recipients: [{name: a}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, file: {folder: x}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, file: {folder: /x}, webhook: {url: 'https://h/'}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, webhook: {url: 'ftp://h/'}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, webhook: {url: 'https://h/', url-file: /x}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, mail: {server: m, from: a@b, to: [c@d]}}]}]", true),
            ("reports: [{\(every), recipients: [{name: a, mail: {server: m, from: a@b, to: []}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, mail: {server: m, from: a@b, to: [c@d], user: u}}]}]", false),
            ("reports: [{\(every), formats: [html, html]}]", false),
            ("reports: [{\(every), recipients: [{name: a, mail: {server: m, from: a@b, to: [c@d, c@d]}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, mail: {server: m, from: a@b, to: ['c,e@d']}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, mail: {server: -m, from: a@b, to: [c@d]}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, webhook: {url: 'http://elsewhere/'}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, webhook: {url: 'https://u:p@h/'}}]}]", false),
            ("reports: [{\(every), recipients: [{name: a, webhook: {url: 'https://h:8443/x?y=z'}}]}]", true),
            ("reports: [{\(every), recipients: [{name: a, webhook: {url: 'http://[::1]:80/x'}}]}]", true),
        ])
    func sameWord(text: String, isFine: Bool) throws {
        #expect((schema.faults(try tree(text)) == []) == isFine)
    }
}
