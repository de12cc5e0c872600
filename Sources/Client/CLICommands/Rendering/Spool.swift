import Glibc

/// A long document on its way to whoever reads the output: taken from the controller as fast as it comes, and kept in a
/// file without a name, since a reader such as `less` may rest for longer than a connection does.
final class Spool: Sendable {
    // Each call of stdio's locks it.
    private nonisolated(unsafe) let file = tmpfile()

    deinit { if let file { fclose(file) } }

    /// - Returns: false where there is no room for it.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let file else { return false }
        return bytes.isEmpty || fwrite(bytes.baseAddress, 1, bytes.count, file) == bytes.count
    }

    /// Prints all that came.
    /// - Returns: false where not all of it could be kept or printed.
    func print() -> Bool {
        guard let file, fflush(file) == 0 else { return false }
        Glibc.rewind(file)
        return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
            while case let count = fread(buffer.baseAddress, 1, buffer.count, file), count > 0 {
                guard Terminal.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: 1) else { return false }
            }
            return ferror(file) == 0
        }
    }
}
