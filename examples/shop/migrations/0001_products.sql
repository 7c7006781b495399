CREATE TABLE products (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  price_cents integer NOT NULL CHECK (price_cents >= 0),
  stock integer NOT NULL DEFAULT 0 CHECK (stock >= 0)
);

INSERT INTO products (name, description, price_cents, stock) VALUES
  ('Teapot', 'Holds four cups and keeps them warm.', 3900, 12),
  ('Cup', 'Stoneware, 0.25 l, fits the teapot.', 900, 140),
  ('Kettle', 'Whistles when the water boils.', 4500, 8),
  ('Tea strainer', 'Fine steel mesh, fits every cup.', 650, 75),
  ('Green tea', 'Sencha, 100 g.', 1150, 200);
