package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// redis speaks the little of Redis's protocol that the writer needs.
type redis struct {
	conn net.Conn
	in   *bufio.Reader
}

// redisKey is a set of values.
const redisKey = "proof"

func connectRedis(ctx context.Context, address string) (member, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(address, "6379"))
	if err != nil {
		return nil, err
	}
	return &redis{conn: conn, in: bufio.NewReader(conn)}, nil
}

func (r *redis) close() { _ = r.conn.Close() }

func (r *redis) primary(ctx context.Context) (bool, error) {
	role, err := r.do(ctx, "ROLE")
	return len(role) > 0 && role[0] == "master", err
}

func (r *redis) prepare(context.Context) error { return nil }

func (r *redis) write(ctx context.Context, value int64) error {
	added, err := r.do(ctx, "SADD", redisKey, strconv.FormatInt(value, 10))
	if err == nil && (len(added) != 1 || added[0] != "1") {
		return fmt.Errorf("SADD answers %q", added)
	}
	return err
}

func (r *redis) values(ctx context.Context) (map[int64]bool, error) {
	all, err := r.do(ctx, "SMEMBERS", redisKey)
	if err != nil {
		return nil, err
	}
	values := make(map[int64]bool, len(all))
	for _, word := range all {
		value, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, err
		}
		values[value] = true
	}
	return values, nil
}

// do sends a command and returns the words of the answer, whatever their nesting.
func (r *redis) do(ctx context.Context, words ...string) ([]string, error) {
	deadline, _ := ctx.Deadline() // none is the zero time, which is none there, too
	if err := r.conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := io.WriteString(r.conn, b.String()); err != nil {
		return nil, err
	}
	return r.answer()
}

func (r *redis) answer() ([]string, error) {
	line, err := r.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimSuffix(line, "\r\n")
	if line == "" {
		return nil, errors.New("an empty answer")
	}
	switch line[0] {
	case '+', ':':
		return []string{line[1:]}, nil
	case '-':
		return nil, errors.New(line[1:])
	}
	count, err := strconv.Atoi(line[1:])
	switch {
	case err != nil:
		return nil, fmt.Errorf("not an answer: %q", line)
	case count < 0:
		return nil, nil
	case line[0] == '$':
		content := make([]byte, count+2)
		_, err := io.ReadFull(r.in, content)
		return []string{string(content[:count])}, err
	}
	var all []string
	for range count {
		part, err := r.answer()
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}
