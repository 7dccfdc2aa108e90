using System.Runtime.InteropServices;

namespace QuicPair.Silo.Keys;

/// <summary>Files that only the owner can open, written so that a crash leaves the old one or the new one.</summary>
internal static partial class OwnerFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ReadOnly = 0;

    /// <summary>The file's bytes, or null when there is none.</summary>
    /// <exception cref="StartupException">Others may open it, or it cannot be read.</exception>
    public static byte[]? Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            if ((File.GetUnixFileMode(path) & ~OwnerOnly) != UnixFileMode.None)
            {
                throw new StartupException($"Others may open {path}; close it with: chmod 600 '{path}'");
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The file {path} cannot be read.", problem);
        }
    }

    /// <summary>Replaces the file durably: written beside it, flushed to the disk, renamed.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var beside = path + ".new";
        File.Delete(beside);
        try
        {
            WriteNew(beside, content);
        }
        catch (IOException)
        {
            // Half a file on a full disk helps nobody.
            File.Delete(beside);
            throw;
        }

        File.Move(beside, path, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private static void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        });
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    // The rename itself is durable only once the directory is.
    private static void FlushDirectory(string path)
    {
        var descriptor = OpenFile(path, ReadOnly);
        if (descriptor < 0) return;
        _ = FlushFile(descriptor);
        _ = CloseFile(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int FlushFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int descriptor);
}
