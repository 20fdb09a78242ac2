package options

import (
	"fmt"
	"io"
	"os"
)

// mostRead is how many bytes a file that the user names may have. The manifests of
// a whole cluster are smaller; a device or a pipe without an end is not.
const mostRead = 16 << 20

// ReadFile reads a file that the user names; - is the standard input.
func ReadFile(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return readAll(stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	return readAll(file)
}

func readAll(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, mostRead+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostRead {
		return nil, fmt.Errorf("it has more than %d MiB", mostRead>>20)
	}
	return text, nil
}
