-- The statements that the ADO.NET storage provider reads at start, and the one table that they use. Applied at every start.
CREATE TABLE IF NOT EXISTS OrleansQuery (QueryKey TEXT PRIMARY KEY, QueryText TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS OrleansStorage (
  ServiceId TEXT NOT NULL,
  GrainTypeString TEXT NOT NULL,
  GrainIdExtensionString TEXT NOT NULL,
  GrainIdN0 INTEGER NOT NULL,
  GrainIdN1 INTEGER NOT NULL,
  PayloadBinary BLOB NULL,
  ModifiedOn TEXT NOT NULL,
  Version INTEGER NOT NULL,
  PRIMARY KEY (ServiceId, GrainTypeString, GrainIdExtensionString, GrainIdN0, GrainIdN1)
) WITHOUT ROWID;
INSERT OR REPLACE INTO OrleansQuery VALUES
('ReadFromStorageKey', '
  SELECT PayloadBinary, Version FROM OrleansStorage
  WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString
    AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''')
    AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1'),
('WriteToStorageKey', '
  INSERT INTO OrleansStorage
  SELECT @ServiceId, @GrainTypeString, coalesce(@GrainIdExtensionString, ''''), @GrainIdN0, @GrainIdN1,
         @PayloadBinary, datetime(''now''), 1
  WHERE @GrainStateVersion IS NULL OR EXISTS (
    SELECT 1 FROM OrleansStorage
    WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString
      AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''')
      AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1)
  ON CONFLICT DO UPDATE
    SET PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn, Version = Version + 1
    WHERE Version = @GrainStateVersion
  RETURNING Version AS NewGrainStateVersion'),
('ClearStorageKey', '
  UPDATE OrleansStorage
  SET PayloadBinary = NULL, ModifiedOn = datetime(''now''), Version = Version + 1
  WHERE ServiceId = @ServiceId AND GrainTypeString = @GrainTypeString
    AND GrainIdExtensionString = coalesce(@GrainIdExtensionString, '''')
    AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1 AND Version = @GrainStateVersion
  RETURNING Version AS NewGrainStateVersion');
