import FleetStore
import FoundationEssentials

/// What the store keeps as JSON, with dates in ISO 8601.
enum StoredDocument {
    static func read<Document: Decodable>(
        _ type: Document.Type, _ bytes: [UInt8]
    ) throws(StoreFailure) -> Document {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw StoreFailure(.corrupt, "a stored \(type) cannot be read: \(error)")
        }
    }
}
