using System.Text;

namespace QuicPair.Cli.Identity;

/// <summary>Asks for a passphrase on a terminal, or reads it from a file.</summary>
internal static class Passphrase
{
    private const int MinCharacters = 8;

    /// <summary>The passphrase; null after the reason was said.</summary>
    public static string? Read(Terminal terminal, string? file, bool isNew)
    {
        string? passphrase;
        if (file is not null)
        {
            try
            {
                passphrase = File.ReadAllText(file).TrimEnd('\r', '\n');
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                terminal.Error.WriteLine($"The file {file} cannot be read.");
                return null;
            }
        }
        else if (terminal.HasKeyboard)
        {
            passphrase = Ask(terminal, "Passphrase: ");
            if (isNew && Ask(terminal, "Once more: ") != passphrase)
            {
                terminal.Error.WriteLine("The two are not the same.");
                return null;
            }
        }
        else
        {
            terminal.Error.WriteLine("There is no terminal to ask for the passphrase; use --passphrase-file.");
            return null;
        }

        if (passphrase.Length >= MinCharacters)
        {
            return passphrase;
        }

        terminal.Error.WriteLine($"A passphrase must have at least {MinCharacters} characters.");
        return null;
    }

    // Nothing of it is echoed where there is a real keyboard.
    private static string Ask(Terminal terminal, string prompt)
    {
        terminal.Error.Write(prompt);
        if (Console.IsInputRedirected || terminal.In != Console.In)
        {
            return terminal.In.ReadLine() ?? "";
        }

        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        terminal.Error.WriteLine();
        return typed.ToString();
    }
}
