package auditlog

import (
	"bufio"
	"context"
	"io"
	"os"
	"time"
)

// pause is between two looks at the end of a log: files tell nobody that they grow.
const pause = 10 * time.Millisecond

// Follow reads a log line by line from there on, until each has had enough or the
// context ends. A log that is full goes on in another file of the same name.
func Follow(ctx context.Context, log string, from int64, each func(line string) (more bool)) error {
	file, err := os.Open(log)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return err
	}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for lines, begun := bufio.NewReaderSize(file, 1<<16), ""; ; {
		text, err := lines.ReadString('\n')
		if begun += text; err == nil {
			if !each(begun) {
				return nil
			}
			begun = ""
			continue
		}
		if next, ok := rotated(log, file); ok {
			_ = file.Close()
			file, begun = next, ""
			lines.Reset(file)
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// rotated opens the file that has taken the place of this one.
func rotated(log string, file *os.File) (*os.File, bool) {
	now, err := os.Stat(log)
	if err != nil {
		return nil, false
	}
	was, err := file.Stat()
	if err != nil || os.SameFile(was, now) {
		return nil, false
	}
	next, err := os.Open(log)
	return next, err == nil
}
