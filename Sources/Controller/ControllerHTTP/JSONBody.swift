import ControllerAPI
import FoundationEssentials
import HTTPServing
import HumanText
import NestingModel

/// Bodies as JSON: sorted keys and ISO 8601 dates, so that the same answer is the same bytes.
enum JSONBody {
    static func encoded(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return [UInt8](try encoder.encode(value))
    }
}

extension HTTPResponse {
    static func json(_ value: some Encodable, status: Int = 200) throws(APIError) -> HTTPResponse {
        do {
            return HTTPResponse(
                status: status, headers: ["Content-Type": "application/json"], body: try JSONBody.encoded(value))
        } catch {
            throw APIError(code: "internal", sentence: "the answer cannot be written as JSON: \(error)")
        }
    }
}

extension HTTPResponse {
    /// A page of documents as they are stored, each on a line, and a `PageEnd`.
    static func lines(_ text: String) -> HTTPResponse {
        HTTPResponse(headers: ["Content-Type": "application/x-ndjson"], body: Array(text.utf8))
    }
}

extension HTTPRequest {
    /// The body as what the route takes, and nothing else in it; an empty one is an empty object.
    func decoded<Body: Codable>() throws(APIError) -> Body {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let data = Data(body.isEmpty ? Array("{}".utf8) : body)
        do {
            let taken = try decoder.decode(Body.self, from: data)
            guard let stranger = try BodyStrangers.places(in: data, taken: taken).first else { return taken }
            throw APIError(
                code: "body-invalid", sentence: "'\(path)' takes no \(ShownText.quoted(stranger))",
                remedy: BodyStrangers.hint(stranger, taken: taken) ?? "take it out, or see how it is written")
        } catch let error as APIError {
            throw error
        } catch let DecodingError.keyNotFound(key, _) {
            throw APIError(code: "body-invalid", sentence: "the body lacks '\(key.stringValue)'")
        } catch let DecodingError.typeMismatch(_, context), let DecodingError.valueNotFound(_, context),
            let DecodingError.dataCorrupted(context)
        {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw APIError(
                code: "body-invalid",
                sentence: "the body is not what '\(path)' takes\(place.isEmpty ? "" : ", at '\(place)'"): "
                    + context.debugDescription)
        } catch {
            throw APIError(code: "body-invalid", sentence: "the body is not what '\(path)' takes: \(error)")
        }
    }

    func required(_ name: String) throws(APIError) -> String {
        guard let value = query(name), !value.isEmpty else {
            throw APIError(code: "query-missing", sentence: "'\(path)' needs '?\(name)='")
        }
        return value
    }

    func nodePath() throws(APIError) -> NodePath { try Self.nodePath(try required("path")) }

    /// As often as the query names one.
    func nodePaths(_ name: String = "path") throws(APIError) -> [NodePath] {
        var paths: [NodePath] = []
        for item in target.query where item.name == name { paths.append(try Self.nodePath(item.value)) }
        return paths
    }

    private static func nodePath(_ text: String) throws(APIError) -> NodePath {
        guard let path = NodePath(text) else {
            throw APIError(
                code: "path-invalid", sentence: "\(ShownText.quoted(text)) is no path of names",
                remedy: "a path is names with slashes between: rack7/build-l1")
        }
        return path
    }
}
