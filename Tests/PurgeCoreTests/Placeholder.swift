// PurgeCoreTests
