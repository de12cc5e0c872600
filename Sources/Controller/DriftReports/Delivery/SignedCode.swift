import Digests
import FoundationEssentials

/// The code by which a webhook's receiver knows who sent a body and when, over pieces of the body as they come.
struct SignedCode {
    private var code: HMACSHA256

    init(id: String, stamp: String, key: [UInt8]) {
        code = HMACSHA256(key: key)
        code.update(Array("\(id).\(stamp).".utf8))
    }

    mutating func update(_ piece: [UInt8]) { code.update(piece) }

    /// As Standard Webhooks writes it, over all that came.
    var signature: String {
        var code = code
        return "v1," + Data(code.finalize()).base64EncodedString()
    }
}
