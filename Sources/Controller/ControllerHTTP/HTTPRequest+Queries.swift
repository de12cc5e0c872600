import ControllerAPI
import FoundationEssentials
import HTTPServing
import HumanText
import NestingModel

extension HTTPRequest {
    func auditQuery() throws(APIError) -> AuditQuery {
        AuditQuery(
            actor: query("actor"), action: query("action"), subject: query("subject"), since: try time("since"),
            until: try time("until"), limit: try number("limit") ?? 100)
    }

    func findingQuery() throws(APIError) -> FindingQuery {
        FindingQuery(
            paths: try nodePaths(), selector: try selector(), policies: queries("policy"),
            settings: try words("setting", Setting.self), severity: try words("severity", Severity.self).first,
            resolved: try flag("resolved"), exempted: try flag("exempted"),
            after: query("after"), limit: try number("limit") ?? FindingQuery.usual)
    }

    /// A selector as JSON; nil where it is not asked for.
    private func selector() throws(APIError) -> PolicySelector? {
        guard let text = query("selector") else { return nil }
        guard let selector = try? JSONDecoder().decode(PolicySelector.self, from: Data(text.utf8)) else {
            throw APIError(
                code: "query-invalid", sentence: "'selector' is \(ShownText.quoted(text)), and no selector",
                remedy: "one as JSON: {\"labels\": {\"rack\": \"r1\"}}")
        }
        return selector
    }

    private func queries(_ name: String) -> [String] { target.query.filter { $0.name == name }.map(\.value) }

    private func words<Word: OpenEnumeration & CaseIterable>(
        _ name: String, _: Word.Type
    ) throws(APIError) -> [Word] where Word.RawValue == String {
        var words: [Word] = []
        for text in queries(name) {
            guard let word = Word(rawValue: text), word != .unknown else {
                throw APIError(
                    code: "query-invalid", sentence: "'\(name)' is \(ShownText.quoted(text))",
                    remedy: "one of \(ShownText.alternatives(Word.allCases.filter { $0 != .unknown }.map(\.rawValue)))")
            }
            words.append(word)
        }
        return words
    }

    /// - Returns: false where it is not asked for.
    func flag(_ name: String) throws(APIError) -> Bool {
        switch query(name) {
        case nil, "false": false
        case "true": true
        case let text?:
            throw APIError(
                code: "query-invalid", sentence: "'\(name)' is \(ShownText.quoted(text))", remedy: "true or false")
        }
    }

    /// - Returns: nil where it is not asked for.
    func time(_ name: String) throws(APIError) -> Date? {
        guard let text = query(name) else { return nil }
        guard let time = try? Date(text, strategy: .iso8601) else {
            throw APIError(
                code: "query-invalid", sentence: "'\(name)' is \(ShownText.quoted(text)), and no time",
                remedy: "as 2026-11-25T10:00:00Z")
        }
        return time
    }

    func number(_ name: String) throws(APIError) -> Int? {
        guard let text = query(name) else { return nil }
        guard let number = Int(text) else {
            throw APIError(code: "query-invalid", sentence: "'\(name)' is \(ShownText.quoted(text)), and no number")
        }
        return number
    }
}
