import Glibc

/// An advisory lock on a file: it ends with the process that holds it, however that ends. On a file system that can't
/// be written the file that is there serves: the kernel locks what is only open for reading as well.
package final class FileLock {
    private let file: Int32

    /// - Throws: where the file can't be opened or made.
    package init(_ path: String) throws(StateFault) {
        let writable = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        file = writable < 0 && errno == EROFS ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : writable
        guard file >= 0 else { throw .errno(.unwritable, "open the lock", path) }
    }

    deinit { close(file) }

    package func lock() {
        while flock(file, LOCK_EX) != 0, errno == EINTR {}
    }

    /// - Returns: false where somebody else holds it.
    package func tryLock() -> Bool { flock(file, LOCK_EX | LOCK_NB) == 0 }

    package func unlock() { flock(file, LOCK_UN) }
}
