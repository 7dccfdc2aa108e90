using System.ComponentModel.DataAnnotations;
using QuicPair.Protocol;
using QuicPair.Silo.Phones;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Hosting;

/// <summary>The Mac's own sections of the configuration, checked.</summary>
/// <param name="Name">The Mac's name for people: <c>Mac:Name</c>, else the machine's.</param>
/// <param name="ShowLink"><c>Pairing:Show</c>: <c>terminal</c> (default), <c>always</c> or <c>never</c>.</param>
/// <param name="Runner">Section <c>Runner</c>.</param>
/// <param name="Phones">Section <c>Phones</c>.</param>
internal sealed record MacSettings(string Name, string ShowLink, RunnerOptions Runner, PhoneOptions Phones)
{
    /// <exception cref="ValidationException">A setting is wrong.</exception>
    public static MacSettings Read(IConfiguration configuration)
    {
        var name = DisplayName.Clean(configuration["Mac:Name"] ?? "");
        var show = configuration["Pairing:Show"] ?? "terminal";
        if (show is not ("terminal" or "always" or "never"))
        {
            throw new ValidationException("Pairing:Show is terminal, always or never.");
        }

        return new MacSettings(
            name.Length > 0 ? name : DisplayName.Clean(Environment.MachineName),
            show,
            Section<RunnerOptions>(configuration, RunnerOptions.Section),
            Section<PhoneOptions>(configuration, PhoneOptions.Section));
    }

    private static T Section<T>(IConfiguration configuration, string name)
        where T : class, new()
    {
        try
        {
            var section = new T();
            configuration.GetSection(name).Bind(section);
            Validator.ValidateObject(section, new ValidationContext(section), validateAllProperties: true);
            return section;
        }
        catch (Exception problem) when (problem is ValidationException or InvalidOperationException)
        {
            throw new ValidationException($"{name}: {problem.Message}", problem);
        }
    }
}
