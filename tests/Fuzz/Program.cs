using QuicPair.Fuzz;
using SharpFuzz;

// Fuzz <target>                 under afl-fuzz: runs the inputs it is given
// Fuzz instrument <file>…       writes afl's counters into our assemblies (on a copy: see the Makefile)
// Fuzz once <target> <file>…    runs files, and ends with what a target threw
// Fuzz list                     the targets
switch (args)
{
    case ["list"]:
        foreach (var target in FuzzTargets.All) Console.WriteLine(target.Name);
        return 0;
    case ["instrument", .. var files]:
        foreach (var file in files) Fuzzer.Instrument(file, _ => true, Options.Value);
        return 0;
    case ["once", var once, .. var files] when FuzzTargets.Find(once) is { } found:
        foreach (var file in files) found.Run(File.ReadAllBytes(file));
        return 0;
    case [var name] when FuzzTargets.Find(name) is { } found:
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            found.Run(input.ToArray());
        });
        return 0;
    default:
        Console.Error.WriteLine("Usage: Fuzz list | instrument <assembly>… | once <target> <file>… | <target>");
        return 64;
}
