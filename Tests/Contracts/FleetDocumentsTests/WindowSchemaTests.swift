import FleetDocuments
import Foundation
import Testing
import YAMLDocument

@Suite("The published schema of window files")
struct WindowSchemaTests {
    private let schema: SchemaCheck

    init() throws {
        schema = try SchemaCheck(WindowSchema.json)
    }

    private func tree(_ text: String) throws -> YAMLValue { try YAMLDocument.parse(text, file: "f").plain }

    private func isRead(_ text: String) -> Bool {
        (try? WindowDocument.read([DocumentText(name: "f", text: text)]) { $0 == "Europe/Berlin" || $0 == "UTC" })
            != nil
    }

    @Test("is the file in Config, byte for byte")
    func published() throws {
        try SchemaCheck.isPublished(WindowSchema.json, "window-1", by: "WindowSchemaTests")
    }

    @Test("takes the example in Config, and refuses a key that is not known wherever the reader does")
    func example() throws {
        let example = try tree(try ExampleTests.text("windows.yaml").text)
        #expect(schema.faults(example) == [])
        let wrong = example.withOneMore("colour")
        #expect(wrong.count > 5)
        for wrong in wrong {
            #expect(schema.faults(wrong) != [], "\(wrong.yaml)")
            #expect(!isRead(wrong.yaml), "\(wrong.yaml)")
        }
    }

    private static let plain = "name: w, select: {all: true}, time-zone: UTC"

    @Test(
        "and the reader refuse and take the same",
        arguments: [
            ("windows: []", true), ("{}", false),
            ("windows: [{\(plain), days: [mon], start: '22:00', duration: 4h}]", true),
            ("windows: [{\(plain), dates: [2028-02-29], start: '22:00', duration: 4h}]", true),
            ("windows: [{\(plain), start: '22:00', duration: 4h}]", false),
            ("windows: [{\(plain), days: [mon], dates: [2028-02-29], start: '22:00', duration: 4h}]", false),
            ("windows: [{\(plain), days: [monday], start: '22:00', duration: 4h}]", false),
            ("windows: [{\(plain), days: [], start: '22:00', duration: 4h}]", false),
            ("windows: [{\(plain), days: [mon], start: '24:00', duration: 4h}]", false),
            ("windows: [{\(plain), days: [mon], start: '22:00', duration: 4}]", false),
            ("windows: [{\(plain), days: [mon], start: '22:00'}]", false),
            ("windows: [{\(plain), dates: [2028-13-01], start: '22:00', duration: 4h}]", false),
            (
                "windows: [{name: \(String(repeating: "w", count: 129)), select: {all: true}, time-zone: UTC, "
                    + "days: [mon], start: '22:00', duration: 4h}]", false
            ),
            ("windows: [{\(plain), days: [mon], start: '22:00', duration: 4h, blackout: maybe}]", false),
            ("windows: [{name: w, select: {}, time-zone: UTC, days: [mon], start: '22:00', duration: 4h}]", false),
            (
                "windows: [{name: w, select: {all: true}, time-zone: CET, days: [mon], start: '22:00', duration: 4h}]",
                false
            ),
        ])
    func sameWord(text: String, isFine: Bool) throws {
        #expect((schema.faults(try tree(text)) == []) == isFine)
        #expect(isRead(text) == isFine)
    }
}
