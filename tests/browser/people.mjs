// Names for pictures: nobody's, with numbers that are kept free for stories.
export const people = [
  'Ada Kaminski', 'Bruno Keller', 'Celia Ferreira', 'Dorota Lind', 'Emil Haugen', 'Fatima Saleh', 'Gustav Brandt',
    'Hana Novak',
  'Ivo Marin', 'Jana Weiss', 'Karl Ostrom', 'Lucia Romano', 'Milan Horvat', 'Nora Flynn', 'Oskar Jansen', 'Paula Reyes',
    'Quentin Marsh',
  'Rosa Delgado', 'Stefan Huber', 'Teresa Costa', 'Umar Rahman', 'Vera Simic', 'Walter Engel', 'Xenia Petrov',
    'Yusuf Aydin', 'Zoe Adler',
  'Bakery Sunrise', 'Dr. Alder, Dentist', 'Hotel Lindenhof', 'Garage Meier', 'Library of Northfield',
    'Pharmacy at the Bridge',
  'School on the Hill', 'Studio Nine', 'Town Hall', 'Volunteer Fire Brigade', 'Farm Shop Willow', 'Cafe Central',
    'Bike Works', 'Old Mill Inn',
];
export const sites = [
  { tag: 'north', name: 'Northfield' }, { tag: 'harbour', name: 'Harbour' }, { tag: 'old-town', name: 'Old Town' },
    { tag: 'hills', name: 'The Hills' },
];
