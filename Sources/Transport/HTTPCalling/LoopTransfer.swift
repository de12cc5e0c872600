import CCurl

/// What the loop's thread drives: one of libcurl's easy handles, and what is made of its end.
protocol LoopTransfer: AnyObject, Sendable {
    /// The easy handle, ready to run; nil where libcurl refuses one of its settings.
    func prepare() -> UnsafeMutableRawPointer?
    /// What the transfer came to, once libcurl is done with it.
    func outcome(_ result: CURLcode) -> Result<HTTPReply, HTTPCallFailure>
    /// When the loop ends it for its silence; nil where libcurl keeps the deadline.
    var silentAt: ContinuousClock.Instant? { get }
}
