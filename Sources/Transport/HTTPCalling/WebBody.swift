/// What a request carries, taken in pieces while it is sent.
package struct WebBody: Sendable {
    /// In bytes; the pieces come to exactly that.
    package var length: Int
    /// Begins anew at each call: gives one piece after another, and nil behind the last. Called on the sending thread.
    package var open: @Sendable () -> () -> [UInt8]?

    package init(length: Int, open: @escaping @Sendable () -> () -> [UInt8]?) {
        self.length = length
        self.open = open
    }
}
