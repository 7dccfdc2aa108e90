namespace QuicPair.Silo.Hosting;

/// <summary>Loggers for what is made before the host and outlives it.</summary>
internal sealed class LateLoggers
{
    private volatile ILoggerFactory? _factory;

    public void Use(ILoggerFactory factory) => _factory = factory;

    public ILogger<T> For<T>() => new Late<T>(this);

    private sealed class Late<T>(LateLoggers loggers) : ILogger<T>
    {
        private Tuple<ILoggerFactory?, ILogger?>? _made;

        private ILogger? Logger
        {
            get
            {
                var factory = loggers._factory;
                var made = _made;
                if (made?.Item1 != factory) _made = made = Tuple.Create(factory, (ILogger?)factory?.CreateLogger<T>());
                return made?.Item2;
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => Logger?.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => Logger?.IsEnabled(logLevel) ?? false;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Logger?.Log(logLevel, eventId, state, exception, formatter);
    }
}
