// DirectoryTests
