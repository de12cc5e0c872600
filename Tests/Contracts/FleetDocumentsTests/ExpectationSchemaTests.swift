import FleetDocuments
import Testing
import YAMLDocument

@Suite("The published schema of expectation files")
struct ExpectationSchemaTests {
    @Test("is the file in Config, byte for byte")
    func published() throws {
        try SchemaCheck.isPublished(ExpectationSchema.json, "policy-test-1", by: "ExpectationSchemaTests")
    }

    @Test("takes the example in Config, and refuses a key that is not known anywhere")
    func example() throws {
        let schema = try SchemaCheck(ExpectationSchema.json)
        let text = try ExampleTests.text("policies/tests/builders.yaml").text
        let example = try YAMLDocument.parse(text, file: "f").plain
        #expect(schema.faults(example) == [])
        let wrong = example.withOneMore("colour")
        #expect(wrong.count > 10)
        for wrong in wrong { #expect(schema.faults(wrong) != [], "\(wrong.yaml)") }
    }
}
